//! The platforms that threats come from, by all the names that people give them.

/// A platform that knows people by names that it does not tell apart by their capitals.
pub(super) struct Platform {
    /// Its name here.
    pub name: &'static str,
    /// Its other names.
    aliases: &'static [&'static str],
    /// Hosts of links to profiles, without `www.` and `m.` before them.
    hosts: &'static [&'static str],
    /// What stands before the name in the path of such a link, where something may.
    before: &'static [&'static str],
    /// The parameter of a link that holds the name, where one may.
    parameter: Option<&'static str>,
    /// Whether a person's name there is a telephone number.
    pub knows_numbers: bool,
}

const PLAIN: Platform = Platform {
    name: "",
    aliases: &[],
    hosts: &[],
    before: &[],
    parameter: None,
    knows_numbers: false,
};

const PLATFORMS: &[Platform] = &[
    Platform {
        name: "instagram",
        aliases: &["ig", "insta"],
        hosts: &["instagram.com", "instagr.am"],
        ..PLAIN
    },
    Platform {
        name: "telegram",
        aliases: &["tg"],
        hosts: &["t.me", "telegram.me", "telegram.dog"],
        before: &["s"],
        ..PLAIN
    },
    Platform {
        name: "whatsapp",
        aliases: &["wa", "whats"],
        hosts: &["wa.me", "api.whatsapp.com", "whatsapp.com"],
        parameter: Some("phone"),
        knows_numbers: true,
        ..PLAIN
    },
    Platform {
        name: "facebook",
        aliases: &["fb", "messenger"],
        hosts: &["facebook.com", "fb.com", "fb.me", "m.me", "messenger.com"],
        before: &["t"],
        parameter: Some("id"),
        ..PLAIN
    },
    Platform {
        name: "snapchat",
        aliases: &["snap", "sc"],
        hosts: &["snapchat.com"],
        before: &["add"],
        ..PLAIN
    },
    Platform { name: "tiktok", aliases: &["tt"], hosts: &["tiktok.com"], ..PLAIN },
    Platform { name: "x", aliases: &["twitter"], hosts: &["x.com", "twitter.com"], ..PLAIN },
    Platform { name: "youtube", aliases: &["yt"], hosts: &["youtube.com"], ..PLAIN },
    Platform { name: "reddit", hosts: &["reddit.com"], before: &["u", "user"], ..PLAIN },
    Platform { name: "discord", ..PLAIN },
    Platform { name: "kik", hosts: &["kik.me"], ..PLAIN },
    Platform { name: "skype", ..PLAIN },
    Platform { name: "signal", knows_numbers: true, ..PLAIN },
    Platform { name: "viber", knows_numbers: true, ..PLAIN },
    Platform { name: "imo", knows_numbers: true, ..PLAIN },
];

/// The platform of this name, in lower case.
pub(super) fn named(name: &str) -> Option<&'static Platform> {
    PLATFORMS.iter().find(|p| p.name == name || p.aliases.contains(&name))
}

/// The platform that a link leads to, and what stands behind its host.
pub(super) fn linked(text: &str) -> Option<(&'static Platform, &str)> {
    let text = ["https://", "http://"].iter().find_map(|s| text.strip_prefix(s)).unwrap_or(text);
    let (host, rest) = text.split_once('/')?;
    let host = host.to_ascii_lowercase();
    let bare = ["www.", "m.", "mobile."].iter().find_map(|s| host.strip_prefix(s));
    let hosts = [Some(host.as_str()), bare];
    let is_theirs = |p: &&Platform| hosts.iter().flatten().any(|host| p.hosts.contains(host));
    PLATFORMS.iter().find(is_theirs).map(|platform| (platform, rest))
}

impl Platform {
    /// The name in what stands behind the host of a link.
    pub(super) fn name_in_link<'a>(&self, rest: &'a str) -> Option<&'a str> {
        let rest = rest.split('#').next()?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        if let Some(value) = self.parameter.and_then(|name| value_of(query, name)) {
            return Some(value);
        }
        let mut steps = path.split('/').filter(|step| !step.is_empty());
        let first = steps.next()?;
        if self.before.contains(&first) { steps.next() } else { Some(first) }
    }
}

fn value_of<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_platforms_share_a_name_or_a_host() {
        let names: Vec<_> =
            PLATFORMS.iter().flat_map(|p| p.aliases.iter().chain([&p.name])).collect();
        let hosts: Vec<_> = PLATFORMS.iter().flat_map(|p| p.hosts).collect();
        for all in [names, hosts] {
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        }
    }
}
