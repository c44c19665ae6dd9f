//! Dates whose order nobody tells.

use crate::provenance::{Moment, Time, Zone};

/// In which order a date's three numbers stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    DayMonthYear,
    MonthDayYear,
    YearMonthDay,
}

/// A date and time of day as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub numbers: [u16; 3],
    /// Hours of 0 to 23, minutes, seconds.
    pub clock: (u8, u8, u8),
}

impl Stamp {
    /// As milliseconds since 1970-01-01, as if it were UTC.
    pub(crate) fn ms(&self, order: Order) -> Option<i64> {
        let [a, b, c] = self.numbers;
        let (year, month, day) = match order {
            Order::DayMonthYear => (c, b, a),
            Order::MonthDayYear => (c, a, b),
            Order::YearMonthDay => (a, b, c),
        };
        let year = if year < 100 { 2000 + year } else { year };
        let is_ours = (2005..2100).contains(&year);
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        utc_ms(year, month, day, self.clock).filter(|_| is_ours)
    }

    pub(crate) fn time(&self, order: Order) -> Option<Time> {
        Some(Time { ms: self.ms(order)?, zone: Zone::Unknown, moment: Moment::Sent })
    }
}

/// Milliseconds since 1970-01-01 of a moment in UTC, if there is such a day and time.
pub(crate) fn utc_ms(year: u16, month: u8, day: u8, clock: (u8, u8, u8)) -> Option<i64> {
    let (hour, minute, second) = clock;
    let is_day = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !is_day || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_before(year)
        + (1..month).map(|month| i64::from(days_of(year, month))).sum::<i64>()
        + i64::from(day)
        - 1
        - days_before(1970);
    let clock_s = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some((days * 86_400 + clock_s) * 1000)
}

/// Days of the Gregorian calendar before a year, from the year 1.
fn days_before(year: u16) -> i64 {
    let years = i64::from(year) - 1;
    years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400)
}

fn days_of(year: u16, month: u8) -> u8 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u8::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// How well one order fits the dates of a chat.
#[derive(Clone, Copy, Default)]
struct Fit {
    /// Dates that there are not in this order.
    impossible: u64,
    /// Files in whose name the same day stands.
    confirmed: u64,
    /// Messages before the one before them. A chat's clock may be set back now and then; in a
    /// wrong order the days jump with each month.
    backwards: u64,
    last_ms: i64,
}

/// Finds the order of all dates of one chat.
#[derive(Default)]
pub(crate) struct Orders {
    fits: [Fit; 3],
    dates: u64,
}

const ORDERS: [Order; 3] = [Order::DayMonthYear, Order::MonthDayYear, Order::YearMonthDay];

impl Orders {
    /// The next message's date.
    pub(crate) fn date(&mut self, stamp: &Stamp) {
        self.dates += 1;
        for (fit, order) in self.fits.iter_mut().zip(ORDERS) {
            match stamp.ms(order) {
                None => fit.impossible += 1,
                Some(ms) => {
                    fit.backwards += u64::from(ms < fit.last_ms);
                    fit.last_ms = ms;
                }
            }
        }
    }

    /// The date of a file in whose name a date stands, as year, month, day.
    pub(crate) fn file(&mut self, stamp: &Stamp, (year, month, day): (u16, u8, u8)) {
        let Some(start_ms) = utc_ms(year, month, day, (0, 0, 0)) else { return };
        let is_that_day = |ms: i64| (start_ms..start_ms + 86_400_000).contains(&ms);
        for (fit, order) in self.fits.iter_mut().zip(ORDERS) {
            fit.confirmed += u64::from(stamp.ms(order).is_some_and(is_that_day));
        }
    }

    /// The order, if one is better than the others: the one that makes the fewest dates
    /// impossible, then the one that files confirm, then the one that seldom goes back.
    pub(crate) fn best(&self) -> Option<Order> {
        let rank = |fit: &Fit| (fit.impossible, u64::MAX - fit.confirmed, fit.backwards);
        let mut ranked: Vec<_> =
            self.fits.iter().zip(ORDERS).map(|(fit, order)| (rank(fit), order)).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        let (best, order) = *ranked.first()?;
        let is_alone = ranked.get(1).is_none_or(|(second, _)| *second != best);
        (is_alone && best.0 < self.dates).then_some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(a: u16, b: u16, c: u16) -> Stamp {
        Stamp { numbers: [a, b, c], clock: (12, 30, 1) }
    }

    fn order_of(dates: &[(u16, u16, u16)]) -> Option<Order> {
        let mut orders = Orders::default();
        dates.iter().for_each(|&(a, b, c)| orders.date(&stamp(a, b, c)));
        orders.best()
    }

    #[test]
    fn a_day_after_the_twelfth_tells_the_order() {
        assert_eq!(order_of(&[(5, 4, 2023), (25, 4, 2023)]), Some(Order::DayMonthYear));
        assert_eq!(order_of(&[(4, 5, 23), (4, 25, 23)]), Some(Order::MonthDayYear));
        assert_eq!(order_of(&[(2023, 4, 5)]), Some(Order::YearMonthDay));
    }

    #[test]
    fn time_that_goes_forward_tells_the_order() {
        let days = [(1, 4, 2023), (2, 4, 2023), (3, 4, 2023), (1, 5, 2023)];
        assert_eq!(order_of(&days), Some(Order::DayMonthYear));
        let days = days.map(|(day, month, year)| (month, day, year));
        assert_eq!(order_of(&days), Some(Order::MonthDayYear));
    }

    #[test]
    fn what_cannot_be_told_is_not_guessed() {
        assert_eq!(order_of(&[(5, 4, 2023), (6, 4, 2023)]), None);
        assert_eq!(order_of(&[(99, 99, 99)]), None);
        assert_eq!(order_of(&[]), None);
        let mut orders = Orders::default();
        orders.date(&stamp(5, 4, 2023));
        orders.file(&stamp(5, 4, 2023), (2023, 4, 5));
        assert_eq!(orders.best(), Some(Order::DayMonthYear));
    }

    #[test]
    fn moments_are_utc() {
        let stamp = stamp(5, 4, 23);
        assert_eq!(stamp.ms(Order::DayMonthYear), Some(1_680_697_801_000));
        assert_eq!(utc_ms(1970, 1, 1, (0, 0, 0)), Some(0));
        assert_eq!(utc_ms(2024, 2, 29, (23, 59, 59)), Some(1_709_251_199_000));
        assert_eq!(utc_ms(2000, 3, 1, (0, 0, 0)), Some(951_868_800_000));
        assert_eq!(utc_ms(1969, 12, 31, (0, 0, 0)), Some(-86_400_000));
        assert_eq!(utc_ms(2023, 2, 29, (0, 0, 0)), None);
        assert_eq!(utc_ms(2100, 2, 29, (0, 0, 0)), None);
        assert_eq!(utc_ms(2023, 2, 28, (24, 0, 0)), None);
    }
}
