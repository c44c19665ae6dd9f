//! What can be typed. What it means is decided in `commands`.

use athar_words::Language;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Trace blackmail material across victims: find where a reported picture was used before, and
/// which cases it ties together.
#[derive(Debug, Parser)]
#[command(name = "athar", bin_name = "athar", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// The store's directory.
    #[arg(long, global = true, env = "ATHAR_DATA", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,

    /// The key file of an encrypted store. A passphrase comes by the variable ATHAR_STORE_PASSPHRASE,
    /// or is asked for on the terminal.
    #[arg(long, global = true, env = "ATHAR_STORE_KEY", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store_key: Option<PathBuf>,

    /// Text for people, or JSON for programs, one object a line.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub format: Format,

    /// The language of messages, reports and pages; without it the environment says: ATHAR_LANG,
    /// LC_ALL, LC_MESSAGES or LANG. What programs read is the same in every language.
    #[arg(long, global = true, value_name = "LANG", ignore_case = true)]
    pub lang: Option<LanguageArg>,

    /// The opaque name of who does it: kept with every event that the command writes.
    #[arg(long, global = true, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,

    /// What it is done for, in one line: kept as --by is. No names of persons.
    #[arg(long, global = true, env = "ATHAR_PURPOSE", value_name = "TEXT")]
    pub purpose: Option<String>,

    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done (check, explain: something matched), 1 check or explain found nothing or
verify, packet verify or doctor found a fault, 2 usage or store error, 3 some input could not be read (check: and nothing
matched), 130 Ctrl-C.";

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
    /// A Graphviz graph of cases (links and networks only).
    Dot,
    /// A GraphML graph of cases (links and networks only).
    Graphml,
}

/// A language that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanguageArg {
    /// English.
    En,
    /// Arabic.
    Ar,
}

impl From<LanguageArg> for Language {
    fn from(typed: LanguageArg) -> Self {
        match typed {
            LanguageArg::En => Self::English,
            LanguageArg::Ar => Self::Arabic,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new, empty store.
    Init {
        /// Encrypt it: by the key file that --store-key names, which is made if it is not there, or
        /// by a passphrase. Whoever loses that loses the store.
        #[arg(long)]
        encrypt: bool,
    },
    /// Open, list and show cases.
    #[command(subcommand)]
    Case(CaseCommand),
    /// Report material into a case, and see at once what it matches.
    Add(AddArgs),
    /// Ask whether material is known; nothing is kept but the fact that it was asked, and codes for
    /// as long as 'athar remember' says.
    Check(CheckArgs),
    /// Say for how long checks are remembered, so that what is reported later is held against them.
    /// Shows what is set, and erases what is over.
    Remember(RememberArgs),
    /// Show what turned up: reports that match older cases or what was asked about before.
    Alerts(AlertsArgs),
    /// Show what ties cases together, and why.
    Links(LinksArgs),
    /// Say that a link is right: two items, or one item and the two cases that hold it.
    Confirm(DecideArgs),
    /// Say that a link is wrong: it ties nothing any more.
    Reject(DecideArgs),
    /// Items known to be harmless, such as memes, logos and bank notices: they and their copies tie
    /// nothing, and 'add' and 'check' say what they are.
    #[command(subcommand)]
    Benign(BenignCommand),
    /// Show what the flood guard holds back: material that suddenly came to far more cases than its
    /// kind usually does. It and its copies tie nothing until somebody lets them act again, or says
    /// by 'athar benign add' that they are harmless.
    #[command(args_conflicts_with_subcommands = true)]
    Held(HeldArgs),
    /// Forget an item, a report or a case: its codes, matches and facts are erased from every file of
    /// the store. The chain of events keeps that something was taken back, not what.
    Withdraw(WithdrawArgs),
    /// Forget every report whose time is over, as 'athar withdraw' would: with what only it held, and
    /// a case with the last of its reports.
    #[command(args_conflicts_with_subcommands = true)]
    Retain(RetainArgs),
    /// Bring in a list of others: its codes and digests are no items of cases. It is searched once
    /// it is activated.
    Import(ImportArgs),
    /// Write codes and digests of your own items for others, in a format of the field.
    Export(ExportArgs),
    /// Show every list that was brought in.
    Lists,
    /// Show, activate or give up a list.
    #[command(subcommand)]
    List(ListCommand),
    /// Show which cases hang together, the largest networks first, and where that is thin.
    Networks(NetworksArgs),
    /// Write a page that shows where a stored item is seen in a picture, and by what.
    Explain(ExplainArgs),
    /// Write a case as one signed archive for a court: a report in HTML and PDF, the same as data,
    /// and the events concerned with the proof that they lie in the chain. Or check one.
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Packet(PacketArgs),
    /// Print codes only, as `hash,quality,path`; needs no store.
    Hash(HashArgs),
    /// Show what was done, when, by whom and what for, as the chain of events tells it.
    Log(LogArgs),
    /// Check the chain of events, every row against it, and the index against the ledger.
    Verify {
        /// Make the index anew from the ledger before it is compared.
        #[arg(long)]
        rebuild_index: bool,

        /// A public key that checkpoints may be signed with; without any, the store's own.
        #[arg(long, value_name = "HEX")]
        key: Vec<String>,

        /// A checkpoint that was kept somewhere else, as 'athar checkpoint' wrote it.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        kept: Option<PathBuf>,

        /// Certificates (PEM or DER) to which time stamps must lead; without any, they only have to
        /// hold.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        authority: Vec<PathBuf>,
    },
    /// Write a verified copy of the ledger, while the store is in use; the signing key is not in it.
    /// That of an encrypted store opens by the store's key.
    Backup {
        /// The copy.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Make a store of such a copy, which is verified first.
    Restore {
        /// The copy.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,

        /// A checkpoint that was kept somewhere else, as 'athar checkpoint' wrote it: the copy must
        /// reach it.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        kept: Option<PathBuf>,
    },
    /// Sign the chain of events as it stands, and print what to keep somewhere else.
    Checkpoint,
    /// Have a time-stamping authority say when the chain was there: by a request and a reply that
    /// somebody carries, for nothing here has a network.
    #[command(subcommand)]
    Timestamp(TimestampCommand),
    /// Make and show the unit's signing key, and check what was signed. Change the key that the store
    /// is encrypted by.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Show in what decoder files are opened: what it cannot do, and which formats it reads.
    Doctor,
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a directory.
    Man {
        /// The directory.
        #[arg(value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct LogArgs {
    /// Only events of this case's own records.
    #[arg(long, value_name = "CASE")]
    pub case: Option<String>,

    /// Only what this one did, by the opaque name.
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,

    /// Only events since then, such as 2026-11-20; UTC where no offset is given.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,

    /// The newest so many.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub last: u32,

    /// All of them.
    #[arg(long, conflicts_with = "last")]
    pub all: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TimestampCommand {
    /// Sign the chain where there is a key, and write the request for a time stamp of its last event
    /// (RFC 3161).
    Request {
        /// The request: what an authority takes as application/timestamp-query.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        out: PathBuf,

        /// Replace a file that is there.
        #[arg(long)]
        force: bool,
    },
    /// Keep what the authority replied, where it holds and is of this chain.
    Add {
        /// The reply, or the token alone.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,

        /// The certificate (PEM or DER) that the authority's leads to, or its own.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, required = true)]
        authority: Vec<PathBuf>,
    },
    /// Show every time stamp.
    List,
    /// Write a time stamp as it came, for others to check with their own tools.
    Export {
        /// The event that was stamped.
        event: u64,

        /// The token, DER.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        out: PathBuf,

        /// Replace a file that is there.
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make the store's key, once.
    Make,
    /// Print the public key, which anybody may have.
    Show,
    /// Encrypt the whole store anew under another key, or for the first time, or decrypt it. Nobody
    /// may use the store meanwhile; broken off, it opens by the old key or by the new one and has
    /// everything.
    Rotate(RotateArgs),
    /// Check a signed statement, such as the receipt of a withdrawal; needs no store.
    Check {
        /// The statement.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,

        /// The public key that it should be signed with.
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
    },
}

#[derive(Debug, ClapArgs)]
#[command(group = clap::ArgGroup::new("to").required(true))]
pub(crate) struct RotateArgs {
    /// The key file from now on, which is made if it is not there.
    #[arg(long, value_name = "FILE", group = "to", value_hint = ValueHint::FilePath)]
    pub new_store_key: Option<PathBuf>,

    /// A passphrase from now on: the variable ATHAR_STORE_NEW_PASSPHRASE, or what is typed on the
    /// terminal.
    #[arg(long, group = "to")]
    pub new_passphrase: bool,

    /// No key any more: the store is not encrypted from now on.
    #[arg(long, group = "to")]
    pub decrypt: bool,

    /// The opaque name of who changes it.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CaseCommand {
    /// Open a new case.
    Open {
        /// An opaque name: a file number, never a person's name.
        name: String,

        #[command(flatten)]
        facts: FactsArgs,

        #[command(flatten)]
        handles: HandlesArgs,
    },
    /// Change what is known of a case: what is not given stays, and an empty text takes away.
    Set {
        /// The case.
        name: String,

        #[command(flatten)]
        facts: FactsArgs,
    },
    /// Keep what a threat came from: an account, a telephone, a wallet.
    Handle {
        /// The case.
        name: String,

        /// account, telephone, wallet, payment, email, other, or a platform such as instagram.
        kind: String,

        /// The name, number, address or link.
        #[arg(allow_hyphen_values = true)]
        value: String,

        #[command(flatten)]
        country: CountryArg,

        /// Take it from the case instead.
        #[arg(long)]
        remove: bool,
    },
    /// List all cases.
    List,
    /// Show one case: its reports, its items and what they are linked to.
    Show {
        /// The case.
        name: String,
    },
}

/// What is known of a case. Names are opaque: numbers of files, never a person's name.
#[derive(Debug, ClapArgs)]
pub(crate) struct FactsArgs {
    /// How the complaint came in: hotline, email, app, walk-in, platform, partner, or a word of
    /// your own.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,

    /// The unit that took it.
    #[arg(long, value_name = "NAME")]
    pub unit: Option<String>,

    /// When the unit received it, such as 2026-11-20 or 2026-11-20T14:30+03:00; UTC where no
    /// offset is given.
    #[arg(long, value_name = "TIME")]
    pub received: Option<String>,

    /// The opaque name of who complains.
    #[arg(long, value_name = "NAME")]
    pub complainant: Option<String>,

    /// The opaque name of who is suspected.
    #[arg(long, value_name = "NAME")]
    pub suspect: Option<String>,

    /// How urgent it is.
    #[arg(long)]
    pub urgency: Option<UrgencyArg>,

    /// Why it is as urgent as that.
    #[arg(long, value_name = "TEXT")]
    pub urgency_reason: Option<String>,

    /// Anything else.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// How urgent a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UrgencyArg {
    /// It can wait.
    Low,
    /// As cases are.
    Normal,
    /// Before others.
    High,
    /// Now.
    Immediate,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct HandlesArgs {
    /// What the threat came from, such as telegram=@name, telephone=0770… or wallet=…; kept for
    /// the case. May be repeated.
    #[arg(long = "handle", value_name = "KIND=VALUE")]
    pub handles: Vec<String>,

    #[command(flatten)]
    pub country: CountryArg,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CountryArg {
    /// Calling code of telephone numbers that have none.
    #[arg(long, value_name = "CODE", default_value = "964")]
    pub country: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DecideArgs {
    /// The items that match: their SHA-256, or the first six hex digits of it or more. One item,
    /// with --cases, where two cases hold the very same file.
    #[arg(required = true, num_args = 1..=2, value_name = "ITEM")]
    pub items: Vec<String>,

    /// The two cases that hold the one item.
    #[arg(long, num_args = 2, value_name = "CASE")]
    pub cases: Vec<String>,

    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,

    /// The opaque name of who decides.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(Debug, ClapArgs)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct WithdrawArgs {
    /// The item, in every case: its SHA-256, or the first six hex digits of it or more.
    #[arg(long, value_name = "SHA256", group = "what")]
    pub item: Option<String>,

    /// One submission, by its number ('athar case show' tells it); what other reports hold stays.
    #[arg(long, value_name = "NUMBER", group = "what")]
    pub report: Option<i64>,

    /// A case with its name and its reports; what other cases hold stays.
    #[arg(long, value_name = "CASE", group = "what")]
    pub case: Option<String>,

    /// What is remembered of a check, by its number, with the alerts that it raised.
    #[arg(long, value_name = "NUMBER", group = "what")]
    pub check: Option<i64>,

    /// Why. It is kept; it should not name anybody.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,

    /// Under which number your unit keeps the request. It is kept.
    #[arg(long, value_name = "NUMBER")]
    pub reference: Option<String>,

    /// The opaque name of who takes it back.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,

    /// Write a signed receipt for the person who asked; the store needs a key.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub receipt: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RetainArgs {
    #[command(subcommand)]
    pub command: Option<RetainCommand>,

    /// Only say what would go.
    #[arg(long)]
    pub dry_run: bool,

    /// The clock was looked at: the last event of the store is as long ago as it says.
    #[arg(long)]
    pub clock_is_right: bool,

    /// The opaque name of who does it.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RetainCommand {
    /// Say how long the reports of a channel are kept.
    Rule(RuleArgs),
    /// Show how long the reports of each channel are kept.
    Rules,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RuleArgs {
    /// The channel, as 'athar add --channel' names it.
    #[arg(long, value_name = "NAME", required_unless_present = "others")]
    pub channel: Option<String>,

    /// Every channel without a rule of its own, and reports without a channel.
    #[arg(long, conflicts_with = "channel")]
    pub others: bool,

    /// For so many days after a report was opened.
    #[arg(long, value_name = "DAYS", required_unless_present = "keep",
          value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub days: Option<u32>,

    /// For ever.
    #[arg(long, conflicts_with = "days")]
    pub keep: bool,

    /// The opaque name of who says so.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ListCommand {
    /// Show one list: its entries by kind, and its imports.
    Show {
        /// The list.
        name: String,
    },
    /// Let everything be searched that a list holds.
    Activate {
        /// The list.
        name: String,

        /// The opaque name of who activates it.
        #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
        by: Option<String>,
    },
    /// Give a list up: its entries are erased from every file of the store.
    Retire {
        /// The list.
        name: String,

        /// Why. It is kept.
        #[arg(long, value_name = "TEXT")]
        reason: String,

        /// The opaque name of who gives it up.
        #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
        by: Option<String>,
    },
    /// Say how many persons it takes to import and activate a list.
    Rule {
        /// 1, or 2: then who imported cannot be who activates.
        #[arg(value_parser = clap::value_parser!(u8).range(1..=2))]
        persons: u8,

        /// The opaque name of who says so.
        #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
        by: Option<String>,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ImportArgs {
    /// The list's files.
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// What your unit calls the list; a later import under the same name is an update.
    #[arg(long, value_name = "NAME")]
    pub list: String,

    /// plain, tx, threatexchange, vics, stopncii, ncmec or delta; without it the files are looked at.
    #[arg(long, value_name = "FORMAT")]
    pub list_format: Option<String>,

    /// Take 64 hex digits of which the file says nothing for SHA-256 instead of PDQ.
    #[arg(long)]
    pub bare_sha256: bool,

    /// The public key of the unit whose delta it is, as their 'athar key show' prints it. May be
    /// repeated.
    #[arg(long = "key", value_name = "HEX")]
    pub keys: Vec<String>,

    /// Where the list comes from. It is kept.
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,

    /// With whom it may be shared, where its entries do not say: CLEAR, GREEN, AMBER,
    /// AMBER+STRICT or RED.
    #[arg(long, value_name = "MARKING")]
    pub tlp: Option<String>,

    /// Let it be searched at once, as 'athar list activate' does.
    #[arg(long)]
    pub activate: bool,

    /// Read it all and say what would change, and change nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// The opaque name of who imports it.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(Debug, ClapArgs)]
#[command(group = clap::ArgGroup::new("whose").required(true))]
pub(crate) struct ExportArgs {
    /// plain, tx, threatexchange, vics, stopncii, ncmec or delta (our own, signed with the store's
    /// key).
    #[arg(long, value_name = "FORMAT")]
    pub list_format: String,

    /// The file to write.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: PathBuf,

    /// A case whose items go out. May be repeated.
    #[arg(long = "case", value_name = "CASE", group = "whose")]
    pub cases: Vec<String>,

    /// Of all cases the items that a reviewer has confirmed in a link.
    #[arg(long, group = "whose")]
    pub all: bool,

    /// Only items that came since then, such as 2026-11-20; UTC where no offset is given.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,

    /// With whom it may be shared: CLEAR, GREEN, AMBER, AMBER+STRICT or RED.
    #[arg(long, value_name = "MARKING", default_value = "AMBER")]
    pub tlp: String,

    /// Your unit's name in the list, where the format says one.
    #[arg(long, value_name = "NAME", default_value = "")]
    pub owner: String,

    /// A privacy group of ThreatExchange that may see it. May be repeated.
    #[arg(long = "group", value_name = "ID")]
    pub groups: Vec<u64>,

    /// Say what would be written, and write nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Write the file even if it is there already.
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct NetworksArgs {
    /// Only networks that gained a case or a tie since then, such as 2026-11-20; UTC where no
    /// offset is given.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,

    /// Only the network of this case.
    #[arg(long, value_name = "CASE")]
    pub case: Option<String>,

    /// The most urgent networks first, then the largest.
    #[arg(long)]
    pub urgent_first: bool,

    /// Also write a page with the graph: one HTML file that needs nothing else.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,

    /// Write the page even if the file is there already.
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct AddArgs {
    /// The case; it is opened if there is none of this name.
    pub case: String,

    /// Files, and directories to be walked. Mails, mailboxes, ZIP and tar archives and chats' exports
    /// (WhatsApp, Telegram) are opened: what lies in them belongs to the same report, with who sent it
    /// and when.
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// How the report came in: hotline, email, app, walk-in, platform, partner, or a word of your
    /// own.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,

    /// The unit that took it.
    #[arg(long, value_name = "NAME")]
    pub unit: Option<String>,

    /// When the unit received it, if not now, such as 2026-11-20 or 2026-11-20T14:30+03:00; UTC
    /// where no offset is given.
    #[arg(long, value_name = "TIME")]
    pub received: Option<String>,

    #[command(flatten)]
    pub handles: HandlesArgs,

    /// Look inside a picture for known ones only when it matches none as a whole. Faster; the
    /// other pictures in a collage of which one fills the frame may be missed.
    #[arg(long)]
    pub shallow: bool,
}

#[derive(Debug, ClapArgs)]
#[command(group = clap::ArgGroup::new("input").required(true).multiple(true))]
pub(crate) struct CheckArgs {
    /// Files, and directories to be walked; mails, archives and chats' exports are opened.
    #[arg(group = "input", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// A PDQ code of 64 hex digits, or `-` to read codes from standard input, one a line, so
    /// that they do not show in the list of processes. May be repeated.
    #[arg(long, group = "input", value_name = "HEX")]
    pub pdq: Vec<String>,

    /// A file with vPDQ's JSON: the codes of a clip's frames, `hex,quality,timestamp` each. May be
    /// repeated.
    #[arg(long, group = "input", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub vpdq: Vec<PathBuf>,

    /// Also show the K stored items that look most alike, however little that may be. In a large
    /// store they are approximate: nearer ones may be missed. They are no matches.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub similar: Option<u16>,

    /// Look inside a picture for known ones even when it matches one as a whole. Without this it
    /// is looked into only when the whole matches nothing.
    #[arg(long)]
    pub deep: bool,

    /// The opaque name of who asks.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RememberArgs {
    /// Remember the codes of what is asked about for so many days.
    #[arg(long, value_name = "N", conflicts_with = "off",
          value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub days: Option<u16>,

    /// Remember nothing, and erase what is remembered from every file of the store. So it is unless
    /// you say otherwise.
    #[arg(long)]
    pub off: bool,

    /// The opaque name of who says so.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AlertsArgs {
    #[command(subcommand)]
    pub command: Option<AlertsCommand>,

    /// Closed ones too, and those whose link ties nothing.
    #[arg(long, conflicts_with = "open")]
    pub all: bool,

    /// Only those at which nobody has looked.
    #[arg(long)]
    pub open: bool,

    /// Only those raised since then, such as 2026-11-20; UTC where no offset is given.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,

    /// Only those that concern this case, whichever side it is.
    #[arg(long, value_name = "CASE")]
    pub case: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BenignCommand {
    /// Say that an item is harmless.
    Add {
        /// The item: its SHA-256, or the first six hex digits of it or more.
        item: String,

        /// What it is; 'add' and 'check' say it.
        #[arg(long, value_name = "TEXT")]
        note: String,

        /// The opaque name of who says so.
        #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
        by: Option<String>,
    },
    /// Show the list.
    List,
    /// Take an item out of the list: it ties cases again.
    Remove {
        /// The item: its SHA-256, or the first six hex digits of it or more.
        item: String,

        /// The opaque name of who says so.
        #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
        by: Option<String>,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct HeldArgs {
    #[command(subcommand)]
    pub command: Option<HeldCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HeldCommand {
    /// Let an item, and all that is held with it, tie cases again.
    Release {
        /// The item: its SHA-256, or the first six hex digits of it or more.
        item: String,

        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,

        /// The opaque name of who says so.
        #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
        by: Option<String>,
    },
    /// Say from how many cases on material is held back; without anything to say, show it.
    Rule(FloodRuleArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FloodRuleArgs {
    /// Hold back what comes to more than so many other cases within a week, or to ten times as many
    /// in all.
    #[arg(long, value_name = "N", conflicts_with_all = ["off", "usual"],
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub cases: Option<u32>,

    /// Hold nothing back.
    #[arg(long, conflicts_with = "usual")]
    pub off: bool,

    /// Let the program see from what is usual in this store. So it is unless you say otherwise.
    #[arg(long)]
    pub usual: bool,

    /// The opaque name of who says so.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AlertsCommand {
    /// Say that somebody has looked.
    Seen(AlertArgs),
    /// Say that nothing is left to be done; takes a reason.
    Close(AlertArgs),
    /// Open an alert again; takes a reason.
    Reopen(AlertArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct AlertArgs {
    /// The alert's number.
    #[arg(value_name = "NUMBER")]
    pub alert: i64,

    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// The opaque name of who says so.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// The stored item: its SHA-256, or the first six hex digits of it or more.
    pub item: String,

    /// The picture that is laid beside it.
    #[arg(value_name = "QUERYFILE", value_hint = ValueHint::FilePath)]
    pub query: PathBuf,

    /// The page to write: one HTML file that needs nothing else.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: PathBuf,

    /// Draw the picture as it is. Without this it is blurred until nobody can be recognised.
    #[arg(long)]
    pub clear: bool,

    /// Write the page even if the file is there already.
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PacketArgs {
    #[command(subcommand)]
    pub command: Option<PacketCommand>,

    /// The case.
    #[arg(required = true)]
    pub case: Option<String>,

    /// The archive to write.
    #[arg(long, required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,

    /// What it is made for. It is kept, and stands in the report.
    #[arg(long, value_name = "TEXT")]
    pub purpose: Option<String>,

    /// The opaque name of who makes it.
    #[arg(long, env = "ATHAR_BY", value_name = "NAME")]
    pub by: Option<String>,

    /// Show the files' codes too, so that anybody can see that the files are those that were
    /// recorded. Codes are personal data: only where a court asks for them.
    #[arg(long)]
    pub with_codes: bool,

    /// Say in the linked data that the case is one of sextortion, in the terms of the CAC ontology,
    /// which is of crimes against children.
    #[arg(long)]
    pub sextortion: bool,

    /// A directory with fonts, before the system's. May be repeated.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub fonts: Vec<PathBuf>,

    /// Write the archive even if the file is there already.
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PacketCommand {
    /// Check a packet with nothing but the file and the unit's public key; needs no store where
    /// --key is given.
    Verify {
        /// The packet.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,

        /// The public key that it should be signed with; without it, the store's own.
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct LinksArgs {
    /// Only the links of this case.
    pub case: Option<String>,

    /// Show rejected links too, and say that they are.
    #[arg(long)]
    pub all: bool,

    /// Instead of links: which items the lists of others know, and what these say of them.
    #[arg(long, conflicts_with = "all")]
    pub lists: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct HashArgs {
    /// Files, and directories to be walked.
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// Decode large pictures in full instead of at the scale that hashing needs.
    #[arg(long)]
    pub full: bool,

    /// Print a clip's codes as vPDQ's JSON: one list a line, a code for each second.
    #[arg(long)]
    pub vpdq: bool,
}
