//! What becomes of a voice note on its way: codecs, cuts, noise, rooms, telephones.

use super::Medium;
use super::material::{Kind, words};
use super::plan::{Desk, Edit, Plan, Planner};
use super::props::ROOMS_S;
use super::sounds::RATE_HZ;
use super::truth::{Shown, Stretch};

/// Sound that is left as it is.
const WAV: &str = "-c:a pcm_s16le";

/// Every edit of recordings, the mildest kinds first.
pub fn edits() -> Vec<Edit> {
    let mut list = List::default();
    codecs(&mut list);
    cuts(&mut list);
    noises(&mut list);
    speeds(&mut list);
    places(&mut list);
    mixtures(&mut list);
    list.0
}

#[derive(Default)]
struct List(Vec<Edit>);

impl List {
    fn add(
        &mut self,
        kind: &'static str,
        strength: &'static str,
        plan: impl Fn(&mut Desk<'_>) -> Option<Plan> + Send + Sync + 'static,
    ) {
        let planner: Planner = Box::new(plan);
        self.0.push(Edit::new(Medium::Voice, (kind, strength), (Kind::Recording, 1), planner));
    }

    /// Only another codec.
    fn codec(
        &mut self,
        names: [&'static str; 3],
        codec: &'static str,
        encoder: Option<&'static str>,
    ) {
        let [kind, strength, extension] = names;
        self.add(kind, strength, move |desk| {
            Some(Plan { extension, ..filtered(desk, "anull", codec) })
        });
        if let Some((edit, encoder)) = self.0.pop_if(|_| encoder.is_some()).zip(encoder) {
            self.0.push(edit.needing(encoder));
        }
    }

    /// A filter of the sound.
    fn filter(&mut self, kind: &'static str, strength: &'static str, filter: &'static str) {
        self.add(kind, strength, move |desk| Some(filtered(desk, filter, WAV)));
    }
}

fn codecs(list: &mut List) {
    const OPUS: Option<&str> = Some("libopus");
    list.codec(["opus", "24", "ogg"], "-c:a libopus -application voip -b:a 24k", OPUS);
    list.codec(["opus", "16", "opus"], "-c:a libopus -application voip -b:a 16k", OPUS);
    list.codec(["opus", "8", "opus"], "-c:a libopus -application voip -b:a 8k", OPUS);
    const AMR: Option<&str> = Some("libopencore_amrnb");
    list.codec(["amr-nb", "12.2", "amr"], "-ar 8000 -c:a libopencore_amrnb -b:a 12.2k", AMR);
    list.codec(["amr-nb", "4.75", "amr"], "-ar 8000 -c:a libopencore_amrnb -b:a 4.75k", AMR);
    list.codec(["aac", "32", "m4a"], "-c:a aac -b:a 32k", None);
    list.codec(["mp3", "32", "mp3"], "-c:a libmp3lame -b:a 32k", Some("libmp3lame"));
}

fn cuts(list: &mut List) {
    for (strength, length_ms) in [("10 s", 10_000.0), ("5 s", 5000.0), ("3 s", 3000.0)] {
        list.add("trim", strength, move |desk| trimmed(desk, length_ms));
    }
}

fn noises(list: &mut List) {
    for (strength, below_db) in [("20 dB", 20.0), ("10 dB", 10.0)] {
        list.add("noise", strength, move |desk| Some(noisy(desk, below_db)));
    }
    list.add("babble", "10 dB", babble);
    list.filter("volume", "-18 dB", "volume=-18dB");
    list.filter("volume", "+12 dB, clipped", "volume=12dB,alimiter=limit=0.98:level=0");
}

fn speeds(list: &mut List) {
    for (strength, rate) in [("+5 %", 1.05), ("-5 %", 0.95)] {
        list.add("tempo", strength, move |desk| {
            let length_ms = desk.source.speech_ms;
            let shown = vec![Shown::whole(desk.source.number, length_ms, rate)];
            let plan = filtered(desk, &format!("atempo={rate}"), WAV);
            Some(Plan { shown, media_ms: length_ms / rate, ..plan })
        });
    }
    for (strength, rate) in [("+5 %", 1.05), ("-5 %", 0.95)] {
        list.add("pitch", strength, move |desk| {
            let higher = format!(
                "aresample={RATE_HZ},asetrate={:.0},aresample={RATE_HZ},atempo={:.6}",
                f64::from(RATE_HZ) * rate,
                1.0 / rate
            );
            Some(filtered(desk, &higher, WAV))
        });
    }
}

fn places(list: &mut List) {
    list.add("telephone band", "mu-law", |desk| {
        let band = "highpass=f=300,highpass=f=300,lowpass=f=3400,lowpass=f=3400,aresample=8000";
        Some(filtered(desk, band, "-c:a pcm_mulaw"))
    });
    for (n, strength) in ["0.4 s", "0.8 s"].into_iter().enumerate().take(ROOMS_S.len()) {
        list.add("room echo", strength, move |desk| Some(in_a_room(desk, n)));
    }
}

fn mixtures(list: &mut List) {
    list.add("two joined", "", joined);
    for (strength, below_db) in [("10 dB", 10.0), ("0 dB", 0.0)] {
        list.add("under music", strength, move |desk| Some(under_music(desk, below_db)));
    }
}

fn input(path: String) -> Vec<String> {
    vec!["-i".into(), path]
}

fn seconds(ms: f64) -> String {
    format!("{:.3}", ms / 1000.0)
}

fn output(codec: &str) -> Vec<String> {
    [words("-map [a] -ac 1"), words(codec)].concat()
}

/// The whole recording through a filter.
fn filtered(desk: &Desk<'_>, filter: &str, codec: &str) -> Plan {
    let length_ms = desk.source.speech_ms;
    Plan {
        inputs: input(desk.source.argument()),
        graph: format!("[0:a]{filter}[a]"),
        output: output(codec),
        extension: "wav",
        shown: vec![Shown::whole(desk.source.number, length_ms, 1.0)],
        media_ms: length_ms,
    }
}

fn trimmed(desk: &mut Desk<'_>, length_ms: f64) -> Option<Plan> {
    let cut = desk.cut(length_ms, desk.source.speech_ms)?;
    let filter = format!(
        "atrim=start={}:duration={},asetpts=PTS-STARTPTS",
        seconds(cut.from_ms),
        seconds(length_ms)
    );
    let shown = vec![Shown::cut(desk.source.number, cut)];
    Some(Plan { shown, media_ms: length_ms, ..filtered(desk, &filter, WAV) })
}

/// The recording and something else at once; `loud` is how much louder the other one gets.
fn mixed(desk: &Desk<'_>, inputs: Vec<String>, loud: f64) -> Plan {
    let plan = filtered(desk, "", WAV);
    Plan {
        inputs: [plan.inputs.clone(), inputs].concat(),
        graph: format!(
            "[0:a]aresample={RATE_HZ}[voice];[1:a]aresample={RATE_HZ},volume={loud:.6}[other];\
             [voice][other]amix=inputs=2:duration=first:normalize=0,alimiter=limit=0.98:level=0[a]"
        ),
        ..plan
    }
}

fn amplitude(below_db: f64) -> f64 {
    libm::exp10(-below_db / 20.0)
}

/// White noise, `below_db` quieter than the voice. FFmpeg's lies evenly within its amplitude, so
/// the root of its mean square is that by the root of three.
fn noisy(desk: &mut Desk<'_>, below_db: f64) -> Plan {
    let loud = desk.source.loudness * amplitude(below_db) * libm::sqrt(3.0);
    let seed = desk.random.below(1 << 30);
    let noise = format!("anoisesrc=color=white:amplitude=1:sample_rate={RATE_HZ}:seed={seed}");
    mixed(desk, [words("-f lavfi -i"), vec![noise]].concat(), loud)
}

/// Somebody else talks too, who is not stored.
fn babble(desk: &mut Desk<'_>) -> Option<Plan> {
    let others = &desk.material.strange_recordings;
    let other = others.get(desk.random.below(others.len()))?;
    let loud = desk.source.loudness * amplitude(10.0) / other.loudness;
    let other = other.argument();
    Some(mixed(desk, [words("-stream_loop -1"), input(other)].concat(), loud))
}

/// Music of chords, `below_db` quieter than the voice.
fn under_music(desk: &mut Desk<'_>, below_db: f64) -> Plan {
    let tune = desk.random.pick(&desk.props.tunes).to_string_lossy().into_owned();
    // About as loud as the tunes are made.
    const TUNE: f64 = 0.105;
    let loud = desk.source.loudness * amplitude(below_db) / TUNE;
    mixed(desk, [words("-stream_loop -1"), input(tune)].concat(), loud)
}

fn in_a_room(desk: &Desk<'_>, room: usize) -> Plan {
    let plan = filtered(desk, "", WAV);
    let answer = desk.props.rooms.get(room).map(|path| path.to_string_lossy().into_owned());
    let length = seconds(plan.media_ms);
    Plan {
        inputs: [plan.inputs.clone(), input(answer.unwrap_or_default())].concat(),
        graph: format!(
            "[0:a]aresample={RATE_HZ}[dry];[dry][1:a]afir=dry=1:wet=0.4:gtype=none,\
             atrim=duration={length},alimiter=limit=0.98:level=0[a]"
        ),
        ..plan
    }
}

/// This recording and another, one after the other.
fn joined(desk: &mut Desk<'_>) -> Option<Plan> {
    let other = *desk.others(Kind::Recording, 1, 3000.0).first()?;
    let first = filtered(desk, "", WAV);
    let (begins_ms, length_ms) = (first.media_ms, other.speech_ms);
    let second = Shown {
        edited: Some(Stretch::at(begins_ms, length_ms)),
        ..Shown::whole(other.number, length_ms, 1.0)
    };
    Some(Plan {
        inputs: [first.inputs.clone(), input(other.argument())].concat(),
        graph: format!(
            "[0:a]aresample={RATE_HZ}[one];[1:a]aresample={RATE_HZ}[two];[one][two]concat=n=2:v=0:a=1[a]"
        ),
        shown: [first.shown.clone(), vec![second]].concat(),
        media_ms: begins_ms + length_ms,
        ..first
    })
}
