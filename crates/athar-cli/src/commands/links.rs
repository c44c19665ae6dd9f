//! `athar links`.

use super::store::Location;
use crate::args::{Format, LinksArgs};
use crate::exit::Exit;
use crate::output::{Answers, graph, message, text};
use anyhow::Result;

pub(super) fn run(at: &Location, format: Format, args: &LinksArgs) -> Result<Exit> {
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
        Format::Text if links.is_empty() => message("no links"),
        Format::Text => answers.line(&text::links(&links))?,
    }
    Ok(Exit::Success)
}
