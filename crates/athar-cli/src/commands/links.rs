//! `athar links`.

use super::Shown;
use super::store::Location;
use crate::args::{Format, LinksArgs};
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, graph, list_text, message, text};
use anyhow::{Result, bail};

pub(super) fn run(at: &Location, format: Format, args: &LinksArgs) -> Result<Exit> {
    if args.lists {
        return listed(at, format, args.case.as_deref());
    }
    let store = at.open_read_only()?;
    let links = match args.all {
        true => store.links(args.case.as_deref())?,
        false => store.standing_links(args.case.as_deref())?,
    };
    let mut answers = Answers::new();
    match format {
        Format::Json => links.iter().try_for_each(|link| answers.json(link))?,
        Format::Dot => answers.line(&graph::dot(&store.cases()?, &links))?,
        Format::Graphml => answers.line(&graph::graphml(&store.cases()?, &links))?,
        Format::Text if links.is_empty() => message(&say!("no-links")),
        Format::Text => answers.tell(&text::links(&links))?,
    }
    Ok(Exit::Success)
}

/// The items that lists know.
fn listed(at: &Location, format: Format, case: Option<&str>) -> Result<Exit> {
    let mut watcher = Shown::new(format);
    let items = at.open_read_only()?.listed_items(case, &mut watcher)?;
    let mut answers = watcher.end()?;
    match format {
        Format::Json => items.iter().try_for_each(|item| answers.json(item))?,
        Format::Dot | Format::Graphml => bail!(say!("lists-draw-nothing")),
        Format::Text if items.is_empty() => message(&say!("no-listed-items")),
        Format::Text => items.iter().try_for_each(|item| answers.tell(&list_text::item(item)))?,
    }
    Ok(Exit::Success)
}
