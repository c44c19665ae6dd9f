//! Results: read from Criterion's folders, kept as rows of a table in the tree.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADER: &str =
    "date\tcpu\tcores\ttoolchain\tgroup\tcase\twho\tmedian_ns\tlow_ns\thigh_ns\tper_run\tunit";

/// Beside Criterion's folders: what a benchmark without Criterion writes, one row a line,
/// `group case who median_ns low_ns high_ns per_run unit` with tabs between; `unit` is `bytes`
/// or `elements`, and both it and `per_run` may be empty.
pub const ROWS: &str = "rows.tsv";

/// One function of one group, measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub group: String,
    /// The parameter, or empty.
    pub case: String,
    pub who: String,
    pub median_ns: f64,
    /// The 95 % confidence interval of the median.
    pub low_ns: f64,
    pub high_ns: f64,
    /// How much one run works through, in `unit`.
    pub per_run: Option<(u64, &'static str)>,
}

/// The rows that are measured on the same thing, fastest first.
pub struct Group<'a> {
    pub title: String,
    pub rows: Vec<&'a Row>,
}

/// Where and with what was measured.
pub struct Machine {
    date: String,
    cpu: String,
    cores: usize,
    toolchain: String,
}

impl Row {
    #[cfg(test)]
    pub fn of(group: &str, case: &str, who: &str, median_ns: f64) -> Self {
        let (group, case, who) = (group.into(), case.into(), who.into());
        Self { group, case, who, median_ns, low_ns: median_ns, high_ns: median_ns, per_run: None }
    }

    pub fn is_ours(&self) -> bool {
        self.who.starts_with("athar")
    }

    /// What is worked through in a second, for people.
    pub fn rate(&self) -> Option<String> {
        let (amount, unit) = self.per_run?;
        let per_s = amount as f64 / self.median_ns * 1e9;
        Some(match (unit, per_s) {
            ("bytes", _) => format!("{:.2} GB/s", per_s / 1e9),
            (_, 1e6..) => format!("{:.1} M/s", per_s / 1e6),
            (_, 1e3..) => format!("{:.1} k/s", per_s / 1e3),
            _ => format!("{per_s:.1} /s"),
        })
    }

    fn line(&self, machine: &Machine) -> String {
        let Self { group, case, who, median_ns, low_ns, high_ns, per_run } = self;
        let machine = machine.fields();
        let (amount, unit) = per_run.map_or((String::new(), ""), |(n, unit)| (n.to_string(), unit));
        format!(
            "{machine}{group}\t{case}\t{who}\t{median_ns:.1}\t{low_ns:.1}\t\
             {high_ns:.1}\t{amount}\t{unit}"
        )
    }
}

impl Group<'_> {
    /// How many times as long as our fastest a row takes.
    pub fn ratio(&self, row: &Row) -> Option<f64> {
        let ours = self.rows.iter().find(|row| row.is_ours())?;
        Some(row.median_ns / ours.median_ns)
    }
}

/// Rows by what they were measured on, in the order of group and case.
pub fn groups(rows: &[Row]) -> Vec<Group<'_>> {
    let mut by_key: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_key.entry((&row.group, &row.case)).or_default().push(row);
    }
    let sorted = by_key.into_iter().map(|((group, case), mut rows)| {
        rows.sort_by(|a, b| a.median_ns.total_cmp(&b.median_ns));
        let title = if case.is_empty() { group.to_owned() } else { format!("{group}, {case}") };
        Group { title, rows }
    });
    sorted.collect()
}

/// Nanoseconds for people.
pub fn time(ns: f64) -> String {
    match ns {
        1e9.. => format!("{:.2} s", ns / 1e9),
        1e6.. => format!("{:.2} ms", ns / 1e6),
        1e3.. => format!("{:.2} µs", ns / 1e3),
        _ => format!("{ns:.1} ns"),
    }
}

impl Machine {
    pub fn this() -> Result<Self> {
        let said = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments);
            crate::shell::output(command).map(|text| text.trim().to_owned())
        };
        Ok(Self {
            date: said("date", &["-u", "+%Y-%m-%d"])?,
            cpu: cpu_model(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            toolchain: said("rustc", &["--version"])?,
        })
    }
}

fn cpu_model(cpuinfo: &str) -> String {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let model = line.and_then(|line| line.split_once(':')).map(|(_, model)| model.trim());
    model.filter(|model| !model.is_empty()).unwrap_or(std::env::consts::ARCH).replace('\t', " ")
}

impl Machine {
    /// The first fields of a row, with a tab after each.
    pub fn fields(&self) -> String {
        let Self { date, cpu, cores, toolchain } = self;
        format!("{date}\t{cpu}\t{cores}\t{toolchain}\t")
    }

    /// Whether a row with these fields was measured on this machine, on whatever day.
    pub fn is(&self, cpu: &str, cores: &str) -> bool {
        self.cpu == cpu && self.cores.to_string() == cores
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, cpu, cores, toolchain } = self;
        let version = toolchain.split_whitespace().nth(1).unwrap_or(toolchain);
        write!(f, "{cpu}, {cores} cores, Rust {version}, {date}")
    }
}

/// Every result below a Criterion folder: each `new/` holds what was measured last.
pub fn read(home: &Path) -> Result<Vec<Row>> {
    let mut rows = read_rows(&home.join(ROWS))?;
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry?.path();
            match path.file_name().and_then(|name| name.to_str()) {
                Some("new") => rows.extend(read_row(&path)?),
                Some("base" | "report" | "change") => {}
                _ if path.is_dir() => folders.push(path),
                _ => {}
            }
        }
    }
    rows.sort_by(|a, b| (&a.group, &a.case, &a.who).cmp(&(&b.group, &b.case, &b.who)));
    Ok(rows)
}

fn read_rows(path: &Path) -> Result<Vec<Row>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let rows = text.lines().enumerate().map(|(index, line)| {
        parse_row(line).with_context(|| format!("{}, line {}", path.display(), index + 1))
    });
    rows.collect()
}

fn parse_row(line: &str) -> Result<Row> {
    let fields: Vec<_> = line.split('\t').collect();
    let [group, case, who, median, low, high, per_run, unit] = fields[..] else {
        bail!("{} fields, not 8", fields.len());
    };
    let unit = if unit == "bytes" { "bytes" } else { "elements" };
    let amount = if per_run.is_empty() { None } else { Some(per_run.parse()?) };
    Ok(Row {
        group: group.to_owned(),
        case: case.to_owned(),
        who: who.to_owned(),
        median_ns: median.parse()?,
        low_ns: low.parse()?,
        high_ns: high.parse()?,
        per_run: amount.map(|amount| (amount, unit)),
    })
}

#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
    value_str: Option<String>,
    throughput: Option<Value>,
}

fn read_row(folder: &Path) -> Result<Option<Row>> {
    let Some(benchmark) = read_json(&folder.join("benchmark.json"))? else { return Ok(None) };
    let Some(estimates) = read_json(&folder.join("estimates.json"))? else { return Ok(None) };
    let benchmark: Benchmark = serde_json::from_value(benchmark)?;
    let median = &estimates["median"];
    let number = |value: &Value| value.as_f64().with_context(|| folder.display().to_string());
    Ok(Some(Row {
        who: benchmark.function_id.unwrap_or_else(|| benchmark.group_id.clone()),
        group: benchmark.group_id,
        case: benchmark.value_str.unwrap_or_default(),
        median_ns: number(&median["point_estimate"])?,
        low_ns: number(&median["confidence_interval"]["lower_bound"])?,
        high_ns: number(&median["confidence_interval"]["upper_bound"])?,
        per_run: benchmark.throughput.as_ref().and_then(throughput),
    }))
}

fn throughput(value: &Value) -> Option<(u64, &'static str)> {
    let units = [("Bytes", "bytes"), ("BytesDecimal", "bytes"), ("Elements", "elements")];
    units.iter().find_map(|(key, unit)| Some((value.get(*key)?.as_u64()?, *unit)))
}

fn read_json(path: &PathBuf) -> Result<Option<Value>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).map(Some).with_context(|| path.display().to_string())
}

/// Adds the rows to the table at `path`; those of the same day and machine are replaced.
pub fn write(path: &Path, machine: &Machine, rows: &[Row]) -> Result<()> {
    let old = fs::read_to_string(path).unwrap_or_default();
    let same_run = machine.fields();
    let kept = old.lines().skip(1).filter(|line| !line.starts_with(&same_run)).map(str::to_owned);
    let new = rows.iter().map(|row| row.line(machine));
    let lines: Vec<_> = std::iter::once(HEADER.to_owned()).chain(kept).chain(new).collect();
    fs::write(path, lines.join("\n") + "\n").with_context(|| path.display().to_string())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn machine(date: &str) -> Machine {
        Machine {
            date: date.into(),
            cpu: "A cpu".into(),
            cores: 2,
            toolchain: "rustc 1.2.3 (x)".into(),
        }
    }

    fn criterion(home: &Path, name: &str, ns: f64) {
        let folder = home.join("pdq").join(name).join("new");
        fs::create_dir_all(&folder).unwrap();
        let benchmark = format!(
            r#"{{"group_id":"pdq","function_id":"{name}","value_str":"512","throughput":{{"Bytes":1000}},"title":"t"}}"#
        );
        fs::write(folder.join("benchmark.json"), benchmark).unwrap();
        let interval = r#"{"confidence_level":0.95,"lower_bound":1.0,"upper_bound":9.0}"#;
        let estimates =
            format!(r#"{{"median":{{"confidence_interval":{interval},"point_estimate":{ns}}}}}"#);
        fs::write(folder.join("estimates.json"), estimates).unwrap();
    }

    #[test]
    fn what_criterion_wrote_is_read() {
        let home = tempfile::tempdir().unwrap();
        criterion(home.path(), "peer", 500.0);
        criterion(home.path(), "athar", 100.0);
        fs::create_dir_all(home.path().join("report")).unwrap();
        let rows = read(home.path()).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (rows[0].who.as_str(), rows[0].median_ns, rows[0].high_ns),
            ("athar", 100.0, 9.0)
        );
        assert_eq!(rows[0].rate().unwrap(), "10.00 GB/s");
        let groups = groups(&rows);
        assert_eq!(groups[0].ratio(groups[0].rows[1]), Some(5.0));
    }

    #[test]
    fn rows_of_a_benchmark_without_criterion_are_read() {
        let home = tempfile::tempdir().unwrap();
        let text = "scan\t10 M\tathar\t1e9\t9e8\t1.1e9\t320000000\tbytes\nscan\t10 M\tpeer\t2e9\t2e9\t2e9\t\t\n";
        fs::write(home.path().join(ROWS), text).unwrap();
        let rows = read(home.path()).unwrap();
        assert_eq!(rows[0].rate().unwrap(), "0.32 GB/s");
        assert_eq!(groups(&rows)[0].ratio(&rows[1]), Some(2.0));
        fs::write(home.path().join(ROWS), "scan\t1\n").unwrap();
        assert!(format!("{:#}", read(home.path()).unwrap_err()).contains("line 1"));
    }

    #[test]
    fn a_second_run_of_a_day_replaces_the_first_and_other_days_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pdq.tsv");
        write(&path, &machine("2025-01-01"), &[Row::of("pdq", "", "athar", 1.0)]).unwrap();
        write(&path, &machine("2025-01-02"), &[Row::of("pdq", "", "athar", 2.0)]).unwrap();
        write(&path, &machine("2025-01-02"), &[Row::of("pdq", "", "athar", 3.0)]).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], HEADER);
        assert!(lines[1].contains("2025-01-01") && lines[2].contains("\t3.0\t"));
        assert_eq!(lines[1].split('\t').count(), HEADER.split('\t').count());
    }

    #[test]
    fn figures_read_well() {
        assert_eq!(
            [time(12.34), time(1234.0), time(1.5e6), time(2e9)],
            ["12.3 ns", "1.23 µs", "1.50 ms", "2.00 s"]
        );
        assert_eq!(cpu_model("processor: 0\nmodel name\t: Some CPU\n"), "Some CPU");
    }
}
