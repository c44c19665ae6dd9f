//! A worker that misbehaves: it stands between a parent and a true worker and hands on what each
//! says. Its first argument is the program of the true worker.
//!
//! With files it does what a file tells it to: `odd:hang`, `odd:kill`, `odd:abort`, `odd:exit`,
//! `odd:garbage`, `odd:long` and `odd:cut`. With a clip it does what its second argument says, as
//! soon as two pieces of an answer went by: `hang`, `kill`, `cut`, `late` (a piece again, which
//! is too early by then) and `alive` (to say that it goes on, for ever).

use std::io::{self, Read, Write};
use std::process::{Command, Stdio, abort, exit, id};
use std::thread;

/// Kinds of messages: a sign of life, and a piece of an answer.
const ALIVE: u8 = 0xc1;
const PIECE: u8 = 0xc2;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let program = arguments.first().expect("the first argument is a program");
    let mut command = Command::new(program);
    command.arg("worker").stdin(Stdio::piped()).stdout(Stdio::piped());
    let what = match arguments.last() {
        Some(last) if last == athar_engine::worker::CLIP => {
            // Its standard error output, which is the clip, is inherited.
            command.arg(last);
            Some(arguments.get(1).expect("the second argument says what").clone())
        }
        _ => None,
    };
    let mut worker = command.spawn().expect("a worker can be started");
    let mut questions = worker.stdin.take().expect("it was piped");
    let mut answers = worker.stdout.take().expect("it was piped");
    let look: fn(&[u8]) = if what.is_some() { |_| {} } else { misbehave };
    thread::spawn(move || match what {
        None => hand_on(&mut answers, &mut io::stdout(), |_| {}),
        Some(what) => hand_on_messages(&mut answers, &what),
    });
    hand_on(&mut io::stdin(), &mut questions, look);
    drop(questions);
    let _ = worker.wait();
}

fn hand_on(from: &mut impl Read, to: &mut impl Write, look: fn(&[u8])) {
    let mut bytes = vec![0; 1 << 20];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        look(&bytes[..count]);
        if to.write_all(&bytes[..count]).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}

fn hand_on_messages(from: &mut impl Read, what: &str) {
    let mut first: Option<Vec<u8>> = None;
    loop {
        let mut message = vec![0; 5];
        if from.read_exact(&mut message).is_err() {
            return;
        }
        let length = u32::from_le_bytes([message[1], message[2], message[3], message[4]]);
        message.resize(5 + length as usize, 0);
        if from.read_exact(&mut message[5..]).is_err() {
            return;
        }
        say(&message);
        match (message[0], &first) {
            (PIECE, Some(first)) => return misbehave_with_clip(what, first),
            (PIECE, None) => first = Some(message),
            _ => {}
        }
    }
}

fn misbehave_with_clip(what: &str, piece: &[u8]) {
    match what {
        "hang" => hang(),
        "kill" => kill(),
        "cut" => {
            say(&piece[..piece.len() / 2]);
            exit(0);
        }
        "late" => say(piece),
        "alive" => loop {
            say(&[ALIVE, 0, 0, 0, 0]);
        },
        _ => panic!("nothing is called {what}"),
    }
}

fn misbehave(bytes: &[u8]) {
    let says = |what: &str| bytes.windows(what.len()).any(|window| window == what.as_bytes());
    match () {
        () if says("odd:hang") => hang(),
        () if says("odd:kill") => kill(),
        () if says("odd:abort") => abort(),
        () if says("odd:exit") => exit(0),
        () if says("odd:garbage") => say(&[0x5a; 4096]),
        () if says("odd:long") => say(&[0x82, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]),
        () if says("odd:cut") => {
            say(&[0x82, 8, 0, 0, 0, 1, 2, 3]);
            exit(0);
        }
        () => {}
    }
}

fn say(bytes: &[u8]) {
    if io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()).is_err() {
        exit(0);
    }
}

fn kill() -> ! {
    let _ = Command::new("kill").args(["-KILL", &id().to_string()]).stderr(Stdio::null()).status();
    hang()
}

fn hang() -> ! {
    loop {
        thread::park();
    }
}
