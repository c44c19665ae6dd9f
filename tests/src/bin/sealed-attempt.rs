//! Seals itself as a worker does and then tries what a worker may not.
//!
//! Its first argument says what, its second is a path. It prints `done` when it succeeded, and
//! `refused` with the reason when the system said no.

use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::Command;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().expect("the first argument says what");
    let path = arguments.next().expect("the second argument is a path");
    athar_engine::worker::seal(athar_engine::worker::Purpose::Files);
    match attempt(&what, &path) {
        Ok(()) => println!("done"),
        Err(error) => println!("refused: {error}"),
    }
}

fn attempt(what: &str, path: &str) -> io::Result<()> {
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
        _ => panic!("nothing is called {what}"),
    }
}

fn take_memory(bytes: usize) -> io::Result<()> {
    let mut memory: Vec<u8> = Vec::new();
    memory.try_reserve_exact(bytes).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))
}

fn other() -> io::Error {
    io::ErrorKind::Other.into()
}
