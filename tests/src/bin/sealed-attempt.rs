//! Seals itself as a worker does and then tries what a worker may not.
//!
//! Its first argument says what, its second is a path; a third, `clip`, makes it a worker that has a
//! clip as its standard error output. It prints `done` when it succeeded, and `refused` with the
//! reason when the system said no.

use athar_engine::worker::{Descriptor, Purpose, seal};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::Command;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().expect("the first argument says what");
    let path = arguments.next().expect("the second argument is a path");
    let purpose = match arguments.next().as_deref() {
        Some("clip") => Purpose::Clip,
        _ => Purpose::Files,
    };
    // A worker has none but three: this is what it could have kept by mistake.
    let kept = File::open(&path).expect("there is a file at the path");
    seal(purpose);
    match attempt(&what, &path, kept) {
        Ok(()) => println!("done"),
        Err(error) => println!("refused: {error}"),
    }
}

fn attempt(what: &str, path: &str, kept: File) -> io::Result<()> {
    match what {
        "nothing" => Ok(()),
        "thread" => std::thread::Builder::new().spawn(|| ())?.join().map_err(|_| other()),
        "memory" => take_memory(64 << 20),
        "too much memory" => take_memory(2 << 30),
        "read" => fs::read(path).map(drop),
        "write" => fs::write(path, "written"),
        "append" => fs::OpenOptions::new().append(true).open(path).map(drop),
        "remove" => fs::remove_file(path),
        "rename" => fs::rename(path, format!("{path}.new")),
        "list" => fs::read_dir("/").map(drop),
        "look" => fs::metadata(path).map(drop),
        "own memory" => fs::read("/proc/self/maps").map(drop),
        "connect" => TcpStream::connect("127.0.0.1:9").map(drop),
        "listen" => TcpListener::bind("127.0.0.1:0").map(drop),
        "datagram" => UdpSocket::bind("127.0.0.1:0").map(drop),
        "local socket" => UnixStream::pair().map(drop),
        "program" => Command::new("/bin/true").status().map(drop),
        "read clip" => begins_with(io::stderr(), b"here"),
        "seek in clip" => Descriptor(io::stderr()).seek(SeekFrom::End(-1)).map(drop),
        "write to clip" => io::stderr().write_all(b"written"),
        "shorten clip" => File::from(io::stderr().as_fd().try_clone_to_owned()?).set_len(0),
        "copy descriptor" => io::stderr().as_fd().try_clone_to_owned().map(drop),
        "read input" => Descriptor(io::stdin()).read(&mut [0]).map(drop),
        "seek in input" => Descriptor(io::stdin()).seek(SeekFrom::Start(0)).map(drop),
        "read output" => Descriptor(io::stdout()).read(&mut [0]).map(drop),
        "read another" => begins_with(kept, b"here"),
        "seek in another" => Descriptor(kept).seek(SeekFrom::Start(1)).map(drop),
        _ => panic!("nothing is called {what}"),
    }
}

fn begins_with(descriptor: impl AsFd, begin: &[u8; 4]) -> io::Result<()> {
    let mut bytes = [0; 4];
    Descriptor(descriptor).read_exact(&mut bytes)?;
    if bytes == *begin { Ok(()) } else { Err(other()) }
}

fn take_memory(bytes: usize) -> io::Result<()> {
    let mut memory: Vec<u8> = Vec::new();
    memory.try_reserve_exact(bytes).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))
}

fn other() -> io::Error {
    io::ErrorKind::Other.into()
}
