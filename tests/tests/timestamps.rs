//! A time-stamping authority of OpenSSL's says when the chain was there.

use athar_tests::command::{Bench, clip_fixture as fixture};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An authority: a root, and a certificate for time stamps that leads to it.
struct Authority {
    dir: PathBuf,
}

const SETTINGS: &str = "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\nsigner_cert = own.pem\n\
    signer_key = own.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\n\
    ess_cert_id_alg = sha256\n[usage]\nextendedKeyUsage = critical,timeStamping\n";

impl Authority {
    fn new(dir: PathBuf) -> Self {
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("settings"), SETTINGS).unwrap();
        let authority = Self { dir };
        let root = "req -x509 -newkey rsa:2048 -nodes -days 99 -subj /CN=Root -keyout root.key";
        authority.openssl(&format!("{root} -out root.pem"));
        let own = "req -newkey rsa:2048 -nodes -subj /CN=Clock -keyout own.key -out own.csr";
        authority.openssl(own);
        let signed = "x509 -req -in own.csr -CA root.pem -CAkey root.key -set_serial 7 -days 99";
        let usage = "-extfile settings -extensions usage -out own.pem";
        authority.openssl(&format!("{signed} {usage}"));
        authority
    }

    fn openssl(&self, line: &str) {
        let mut command = Command::new("openssl");
        command.current_dir(&self.dir).args(line.split(' '));
        let ran = command.output().expect("openssl is installed");
        assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    }

    fn reply(&self, request: &Path, reply: &Path) {
        let (request, reply) = (request.display(), reply.display());
        self.openssl(&format!("ts -reply -config settings -queryfile {request} -out {reply}"));
    }

    fn root(&self) -> PathBuf {
        self.dir.join("root.pem")
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain name")
}

#[test]
fn an_authority_says_when_the_chain_was_there_and_a_tool_of_others_agrees() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    bench.add("T-1", &fixture("a-frame.jpg"));
    assert_eq!(bench.run(["key", "make"]).code, 0);
    let authority = Authority::new(bench.file("authority"));
    let root = authority.root();
    let (request, reply) = (bench.file("request.tsq"), bench.file("reply.tsr"));
    let (code, asked) = bench.json(["timestamp", "request", "--out", text(&request)]);
    assert_eq!(code, 0, "{asked:?}");
    let signed = bench.json(["verify"]).1[0]["summary"]["signed_up_to"].clone();
    assert!(signed.is_u64(), "the chain is signed before it is stamped");
    // Others go on working while the request is under way.
    bench.add("T-2", &fixture("note-one.opus"));
    authority.reply(&request, &reply);
    let (code, added) = bench.json(["timestamp", "add", text(&reply), "--authority", text(&root)]);
    assert_eq!((code, &added[0]["event"]), (0, &asked[0]["event"]), "{added:?}");
    assert_eq!(added[0]["authority"], "CN=Clock");
    let apart = |key: &str| added[0][key].as_i64().expect("a time");
    assert!((apart("added_at_ms") - apart("stamped_at_ms")).abs() < 3_600_000);
    assert_eq!(bench.json(["timestamp", "list"]).1, added);

    let (code, lines) = bench.json(["verify", "--authority", text(&root)]);
    let summary = &lines[0]["summary"];
    assert_eq!((code, &summary["stamped_up_to"]), (0, &asked[0]["event"]), "{summary}");
    assert_eq!((&summary["time_stamps"], &summary["authorities_known"]), (&1.into(), &true.into()));
    let token = bench.file("token.tst");
    let event = asked[0]["event"].to_string();
    assert_eq!(bench.run(["timestamp", "export", &event, "--out", text(&token)]).code, 0);
    let digest = asked[0]["digest"].as_str().expect("hex");
    let (token, root) = (token.display(), root.display());
    authority.openssl(&format!("ts -verify -in {token} -token_in -digest {digest} -CAfile {root}"));
}

#[test]
fn what_an_authority_did_not_say_of_this_chain_is_not_kept() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let elsewhere = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let authority = Authority::new(bench.file("authority"));
    let stranger = Authority::new(bench.file("stranger"));
    let (request, reply) = (bench.file("request.tsq"), bench.file("reply.tsr"));
    assert_eq!(elsewhere.run(["timestamp", "request", "--out", text(&request)]).code, 0);
    authority.reply(&request, &reply);
    let add = |bench: &Bench, authority: &Authority| {
        bench.run(["timestamp", "add", text(&reply), "--authority", text(&authority.root())])
    };
    for (bench, authority, why) in [
        (&bench, &authority, "reply.tsr: what is stamped is no event of this store"),
        (&elsewhere, &stranger, "leads to none of those that were given"),
    ] {
        let before = bench.json(["verify"]).1[0]["summary"]["events"].clone();
        let ran = add(bench, authority);
        assert_eq!((ran.code, ran.err.contains(why)), (2, true), "{}", ran.err);
        assert_eq!(bench.json(["verify"]).1[0]["summary"]["events"], before);
    }
    assert_eq!(add(&elsewhere, &authority).code, 0);
    let again = add(&elsewhere, &authority);
    assert_eq!((again.code, again.err.contains("already")), (2, true), "{}", again.err);
    // Whoever verifies says whom they trust.
    let (code, lines) = elsewhere.json(["verify", "--authority", text(&stranger.root())]);
    let fault = lines[0]["summary"]["fault"].as_str().expect("a fault");
    assert_eq!((code, fault.contains("leads to none")), (1, true), "{fault}");
    assert_eq!(elsewhere.run(["verify"]).code, 0);
    assert_eq!(elsewhere.run(["timestamp", "export", "99", "--out", "x"]).code, 2);
    // A file that is too long is named as what it should be.
    let long = bench.file("long.pem");
    fs::write(&long, vec![b'-'; (1 << 20) + 1]).unwrap();
    let ran = elsewhere.run(["timestamp", "add", text(&reply), "--authority", text(&long)]);
    assert_eq!((ran.code, ran.err.contains("long.pem: this is no certificate")), (2, true));
    // A file that is there stays.
    let ran = elsewhere.run(["timestamp", "request", "--out", text(&request)]);
    assert_eq!((ran.code, ran.err.contains("--force")), (2, true), "{}", ran.err);
}
