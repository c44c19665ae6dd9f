//! A worker that misbehaves: it stands between a parent and a true worker, hands on what each says,
//! and does what a file tells it to: `odd:hang`, `odd:kill`, `odd:abort`, `odd:exit`,
//! `odd:garbage`, `odd:long` and `odd:cut`.
//!
//! Its first argument is the program of the true worker.

use std::io::{self, Read, Write};
use std::process::{Command, Stdio, abort, exit, id};
use std::thread;

fn main() {
    let program = std::env::args_os().nth(1).expect("the first argument is a program");
    let mut command = Command::new(program);
    command.arg("worker").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut worker = command.spawn().expect("a worker can be started");
    let mut questions = worker.stdin.take().expect("it was piped");
    let mut answers = worker.stdout.take().expect("it was piped");
    thread::spawn(move || hand_on(&mut answers, &mut io::stdout(), |_| {}));
    hand_on(&mut io::stdin(), &mut questions, misbehave);
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

fn misbehave(bytes: &[u8]) {
    let says = |what: &str| bytes.windows(what.len()).any(|window| window == what.as_bytes());
    let answer = |bytes: &[u8]| {
        let _ = io::stdout().write_all(bytes).and_then(|()| io::stdout().flush());
    };
    match () {
        () if says("odd:hang") => hang(),
        () if says("odd:kill") => {
            let _ = Command::new("kill").args(["-KILL", &id().to_string()]).status();
            hang();
        }
        () if says("odd:abort") => abort(),
        () if says("odd:exit") => exit(0),
        () if says("odd:garbage") => answer(&[0x5a; 4096]),
        () if says("odd:long") => answer(&[0x82, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]),
        () if says("odd:cut") => {
            answer(&[0x82, 8, 0, 0, 0, 1, 2, 3]);
            exit(0);
        }
        () => {}
    }
}

fn hang() -> ! {
    loop {
        thread::park();
    }
}
