//! The command in English and in Arabic: what people read follows the language, what programs read
//! does not.

use athar_tests::command::{Bench, Ran};
use athar_tests::{pictures, stores};
use image::DynamicImage;
use serde_json::Value;
use std::fs;

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

/// Marks by which the direction of text is set.
const MARKS: [char; 6] = ['\u{200e}', '\u{200f}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'];

/// Two cases tied by a picture, and a file that is no picture.
fn two_cases() -> Bench {
    let bench = Bench::new(PROGRAM);
    let picture = DynamicImage::from(pictures::scene(1, 320, 240));
    for (case, quality) in [("a", 90), ("b", 70)] {
        let file = bench.file(format!("{case}.jpg"));
        pictures::save_jpeg(&picture, &file, quality);
        bench.add(case, &file);
    }
    fs::write(bench.file("notes.txt"), "no picture").unwrap();
    bench
}

fn arabic(bench: &Bench, args: &[&str]) -> Ran {
    bench.run([args, &["--lang", "ar"]].concat())
}

fn in_locale(bench: &Bench, locale: &str, args: &[&str]) -> Ran {
    bench.command(args).env("LANG", locale).output().unwrap().into()
}

/// The words without the marks between them.
fn plain(text: &str) -> String {
    text.replace(MARKS, "")
}

#[test]
fn what_was_typed_comes_before_what_the_environment_says() {
    let bench = Bench::new(PROGRAM);
    let typed = arabic(&bench, &["case", "list"]).err;
    assert_eq!(plain(&typed), "athar: لا توجد قضايا بعد\n");
    assert_eq!(in_locale(&bench, "ar_IQ.UTF-8", &["case", "list"]).err, typed);
    for locale in ["C.UTF-8", "en_US.UTF-8", "ckb_IQ.UTF-8", ""] {
        let said = in_locale(&bench, locale, &["case", "list"]).err;
        assert_eq!(said, "athar: there are no cases yet\n", "{locale}");
    }
    let both = in_locale(&bench, "ar_IQ.UTF-8", &["--lang", "en", "case", "list"]).err;
    assert_eq!(both, "athar: there are no cases yet\n");
    let mut own = bench.command(["case", "list"]);
    let own: Ran = own.env("ATHAR_LANG", "ar").env("LC_ALL", "en_GB").output().unwrap().into();
    assert_eq!(own.err, typed);
}

#[test]
fn counts_have_the_plural_that_arabic_has_for_them() {
    let bench = Bench::new(PROGRAM);
    let days = |days: &str| plain(&arabic(&bench, &["remember", "--days", days]).out);
    let said = [
        ("1", "تُحفظ الفحوص يومًا واحدًا؛ المحفوظ الآن: 0\n"),
        ("2", "تُحفظ الفحوص يومين؛ المحفوظ الآن: 0\n"),
        ("3", "تُحفظ الفحوص 3 أيام؛ المحفوظ الآن: 0\n"),
        ("11", "تُحفظ الفحوص 11 يومًا؛ المحفوظ الآن: 0\n"),
        ("100", "تُحفظ الفحوص 100 يوم؛ المحفوظ الآن: 0\n"),
        ("103", "تُحفظ الفحوص 103 أيام؛ المحفوظ الآن: 0\n"),
        ("3650", "تُحفظ الفحوص 3,650 يومًا؛ المحفوظ الآن: 0\n"),
    ];
    for (n, sentence) in said {
        assert_eq!(days(n), sentence);
    }
    assert!(plain(&arabic(&bench, &["remember", "--off"]).out).starts_with("لا تُحفظ الفحوص"));
    let english = bench.run(["remember", "--days", "1"]).out;
    assert_eq!(english, "checks are remembered for 1 day; 0 now\n");
}

#[test]
fn answers_are_sentences_in_either_language() {
    let bench = two_cases();
    let picture = bench.file("a.jpg").display().to_string();
    let check = plain(&arabic(&bench, &["check", &picture]).out);
    for part in ["نسخة، الفرق 0 من 256 بت", "البصمة المستقلة توافق", "فُحص مدخل واحد"]
    {
        assert!(check.contains(part), "{part}: {check}");
    }
    assert!(check.contains("واحد منها معروف من a، b"), "{check}");
    let links = plain(&arabic(&bench, &["links"]).out);
    assert!(links.ends_with("رابط واحد بين زوج واحد من القضايا\n"), "{links}");
    let cases = plain(&arabic(&bench, &["case", "list"]).out);
    assert!(cases.starts_with("القضية  فُتحت في (UTC)"), "{cases}");
    let case = plain(&arabic(&bench, &["case", "show", "a"]).out);
    assert!(case.contains("بلاغ واحد، عنصر واحد"), "{case}");
    assert!(plain(&arabic(&bench, &["verify"]).out).starts_with("سليم  "));
    let notes = bench.file("notes.txt").display().to_string();
    let unread = plain(&arabic(&bench, &["check", &notes]).out);
    assert!(unread.contains("صيغة غير مدعومة: "), "{unread}");
    let names = plain(&arabic(&bench, &["networks"]).out);
    assert!(names.contains("الشبكة 1  قضيتان، رابط واحد"), "{names}");
    let page = bench.file("page.html").display().to_string();
    let written = plain(&arabic(&bench, &["networks", "--out", &page]).err);
    assert_eq!(written, format!("athar: كُتبت الصفحة في {page}\n"));
    assert!(fs::read_to_string(&page).unwrap().contains("<html lang=\"ar\" dir=\"rtl\">"));
}

#[test]
fn names_are_set_apart_in_arabic_and_english_has_no_marks() {
    let bench = two_cases();
    let told = arabic(&bench, &["case", "show", "a"]).out;
    assert!(told.contains("\u{2068}a\u{2069}"), "{told}");
    let begins = |line: &str| line.is_empty() || line.starts_with('\u{200f}');
    assert!(told.lines().all(begins), "{told}");
    let opened = told.matches(['\u{2066}', '\u{2068}']).count();
    assert_eq!(opened, told.matches('\u{2069}').count());
    for args in [&["case", "show", "a"][..], &["links"], &["networks"], &["verify"], &["doctor"]] {
        let told = bench.run(args).out;
        let is_arabic = |c: char| ('\u{600}'..='\u{6ff}').contains(&c);
        assert!(!told.contains(MARKS) && !told.contains(is_arabic), "{args:?}: {told}");
    }
}

#[test]
fn what_programs_read_is_the_same_in_every_language() {
    let bench = two_cases();
    let picture = bench.file("a.jpg").display().to_string();
    let notes = bench.file("notes.txt").display().to_string();
    let commands: [&[&str]; 10] = [
        &["check", &picture, &notes],
        &["links"],
        &["networks"],
        &["case", "list"],
        &["case", "show", "a"],
        &["alerts"],
        &["lists"],
        &["verify"],
        &["doctor"],
        &["hash", &picture],
    ];
    for args in commands {
        let args = [args, &["--format", "json"]].concat();
        let (english, arabic) = (bench.run(&args), arabic(&bench, &args));
        assert_eq!((english.code, english.out), (arabic.code, arabic.out), "{args:?}");
    }
    for format in ["dot", "graphml"] {
        let args = ["links", "--format", format];
        assert_eq!(bench.run(args).out, arabic(&bench, &args).out);
    }
    assert_eq!(bench.run(["hash", &picture]).out, arabic(&bench, &["hash", &picture]).out);
}

#[test]
fn errors_are_told_in_the_language() {
    let bench = Bench::bare(PROGRAM);
    let said = |args: &[&str]| {
        let ran = arabic(&bench, args);
        assert_eq!(ran.code, 2, "{}", ran.err);
        plain(&ran.err)
    };
    let none = said(&["case", "list"]);
    let store = bench.store().display().to_string();
    let want =
        format!("athar: خطأ: المخزن {store}: لا يوجد مخزن هنا: أنشئ واحدًا بالأمر 'athar init'\n");
    assert_eq!(none, want);
    assert_eq!(bench.run(["init"]).code, 0);
    assert!(said(&["case", "show", "x"]).contains("خطأ: لا توجد قضية بهذا الاسم"));
    assert!(said(&["key", "show"]).contains("ليس للمخزن مفتاح"));
    assert!(said(&["networks", "--since", "Monday"]).contains("ليس وقتًا: اكتب 2026-11-20"));
    let check = said(&["check", "--pdq", "abc"]);
    assert!(check.contains("--pdq 1: الرمز 64 رقمًا ست عشريًّا، وطول هذا النص: 3"), "{check}");
    let missing = plain(&arabic(&bench, &["key", "check", "/no/such/file"]).err);
    assert!(missing.contains("/no/such/file: لا يوجد ملف كهذا"), "{missing}");
    let cases = plain(&arabic(&bench, &["case", "open", &"x".repeat(200)]).err);
    assert!(cases.contains("وطول هذا: 200"), "{cases}");
}

#[test]
fn what_does_not_fit_and_what_could_not_be_erased_are_told_in_the_language() {
    let (bench, other) = (two_cases(), two_cases());
    let kept = other.file("kept.json");
    assert_eq!(other.run(["key", "make"]).code, 0);
    fs::write(&kept, other.run(["checkpoint"]).out).unwrap();
    let verified = arabic(&bench, &["verify", "--kept", kept.to_str().unwrap()]);
    assert_eq!(verified.code, 1, "{}", verified.err);
    let told = plain(&verified.out);
    assert!(told.contains("نقطة التثبيت المحفوظة لسجل آخر، أو عُدّلت"), "{told}");

    let index = stores::index_dir(&bench.store());
    fs::create_dir_all(&index).unwrap();
    let held = fs::File::create(index.join("lock")).unwrap();
    held.try_lock().unwrap();
    let withdrawn = arabic(&bench, &["withdraw", "--case", "b", "--reason", "x"]);
    assert_eq!(withdrawn.code, 1, "{}", withdrawn.err);
    let told = plain(&withdrawn.out);
    assert!(told.contains("بقي: تستعمل عملية أخرى الفهرس pdq: لا يزال في ملفاته ما سُحب"), "{told}");
    let (_, lines) = bench.json(["verify"]);
    assert_eq!(lines[0]["summary"]["fault"], Value::Null);
    drop(held);
    fs::write(index.join("manifest"), "no manifest").unwrap();
    let verified = arabic(&bench, &["verify"]);
    assert_eq!(verified.code, 1);
    assert!(plain(&verified.out).contains("الفهرس pdq: "), "{}", verified.out);
    let (code, lines) = bench.json(["verify", "--lang", "ar"]);
    let fault = lines[0]["summary"]["fault"].as_str().unwrap();
    assert!(code == 1 && fault.starts_with("the pdq index: "), "{fault}");
}

#[test]
fn records_that_are_no_entries_and_details_of_events_are_told_in_the_language() {
    let bench = two_cases();
    let list = bench.file("list.txt");
    fs::write(&list, "abcd\n".to_owned() + &"0f".repeat(32)).unwrap();
    let list = list.to_str().unwrap();
    let imported = arabic(&bench, &["import", list, "--list", "others"]);
    let told = plain(&imported.err);
    assert!(told.contains("السطر 1: ") && told.contains(" 4 من المحارف بدل 64"), "{told}");
    let (_, lines) = bench.json(["import", list, "--list", "others", "--dry-run"]);
    let problem = &lines.last().unwrap()["import"]["first_problems"][0];
    assert_eq!(problem["place"], "line 1");
    assert_eq!(problem["reason"], "the value has 4 characters instead of 64");

    let log = arabic(&bench, &["log"]);
    assert_eq!(log.code, 0, "{}", log.err);
    let told = plain(&log.out);
    assert!(told.contains("المضاف 1") && !told.contains("added"), "{told}");
    let english = bench.run(["log"]).out;
    assert!(english.contains("added 1"), "{english}");
}

#[test]
fn help_and_what_is_wrong_with_arguments_are_in_the_language() {
    let bench = Bench::bare(PROGRAM);
    let help = arabic(&bench, &["--help"]);
    assert_eq!((help.code, help.err.as_str()), (0, ""));
    let root = plain(&help.out);
    for part in ["يتتبع مواد الابتزاز", "الاستعمال: athar", "الأوامر:", "الخيارات:", "رموز الخروج"]
    {
        assert!(root.contains(part), "{part}: {root}");
    }
    for english in ["Usage:", "Options:", "Commands:", "Print", "possible values", "default:"] {
        assert!(!root.contains(english), "{english}: {root}");
    }
    let open = plain(&arabic(&bench, &["case", "open", "--help"]).out);
    assert!(open.contains("يفتح قضية جديدة") && open.contains("المعاملات:"), "{open}");
    assert!(open.contains("[القيم: low, normal, high, immediate]"), "{open}");
    assert_eq!(plain(&arabic(&bench, &["help", "case", "open"]).out), open);
    // With a switch that takes no value, an option that takes some, and a list of commands.
    for command in [&["init"][..], &["add"], &["check"], &["key", "rotate"], &["list"], &["retain"]]
    {
        let help = arabic(&bench, &[command, &["--help"]].concat());
        assert_eq!((help.code, help.err.as_str()), (0, ""), "{command:?}");
        assert!(help.out.contains("الاستعمال: athar"), "{}", help.out);
    }
    let wrong = arabic(&bench, &["case", "open", "--nonsense"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    let wrong = plain(&wrong.err);
    assert!(wrong.starts_with("athar: خطأ: المعامل --nonsense غير متوقَّع\n"), "{wrong}");
    assert!(wrong.contains("الاستعمال: athar case open"), "{wrong}");
    let missing = in_locale(&bench, "ar_IQ.UTF-8", &["case", "open"]);
    assert!(plain(&missing.err).contains("معاملات مطلوبة لم تُعطَ: <NAME>"), "{}", missing.err);
    let value = plain(&arabic(&bench, &["list", "rule", "7"]).err);
    assert!(value.contains("القيمة 7 غير مقبولة في <PERSONS>"), "{value}");
    let version = bench.run(["--version"]).out;
    assert_eq!(arabic(&bench, &["--version"]).out, version);
    assert!(bench.run(["--help"]).out.contains("Usage: athar"));
}
