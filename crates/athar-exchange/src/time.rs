//! Times as the formats write them, in seconds since 1970.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// The seconds of an ISO 8601 time with an offset or `Z`. Parts of a second are dropped.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let standard = text.parse::<Timestamp>().ok();
    let loose = || strtime::parse("%Y-%m-%dT%H:%M:%S%z", text).ok()?.to_timestamp().ok();
    Some(standard.or_else(loose)?.as_second())
}

/// The same; a time without an offset is taken for UTC, as OData's older times are written.
pub(crate) fn parse_or_utc(text: &str) -> Option<i64> {
    let naive = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    parse(text).or_else(|| Some(naive()?.timestamp().as_second()))
}

/// `2017-10-24T15:00:00Z`; `None` outside the years that can be written.
pub(crate) fn format(seconds: i64) -> Option<String> {
    Timestamp::from_second(seconds).ok().map(|time| time.to_string())
}

/// The seconds, when they can be written and are read back as they are.
pub(crate) fn writable(seconds: Option<i64>) -> Option<i64> {
    seconds.filter(|&s| format(s).and_then(|text| parse(&text)) == Some(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_the_forms_of_the_field_are_read() {
        assert_eq!(parse("2017-10-24T15:00:00Z"), Some(1_508_857_200));
        assert_eq!(parse("2017-10-24T15:00:00.250Z"), Some(1_508_857_200));
        assert_eq!(parse("2017-10-24T10:00:00-05:00"), Some(1_508_857_200));
        assert_eq!(parse("2017-10-24T15:00:00+0000"), Some(1_508_857_200));
        assert_eq!(parse("yesterday"), None);
        assert_eq!(parse("2017-10-24T15:00:00"), None);
        assert_eq!(parse(""), None);
        assert_eq!(parse_or_utc("2017-10-24T15:00:00"), Some(1_508_857_200));
        assert_eq!(parse_or_utc("2017-10-24T10:00:00-05:00"), Some(1_508_857_200));
        assert_eq!(parse_or_utc("15:00"), None);
    }

    #[test]
    fn what_is_written_is_read() {
        for seconds in [0, 1_508_857_200, -62_135_596_800, 253_402_207_200] {
            assert_eq!(parse(&format(seconds).unwrap()), Some(seconds));
        }
        assert_eq!(format(i64::MAX), None);
        assert_eq!((writable(Some(i64::MIN)), writable(Some(7))), (None, Some(7)));
    }
}
