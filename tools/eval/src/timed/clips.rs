//! What people do to a clip before they send it again.

use super::Medium;
use super::material::{Kind, words};
use super::plan::{Desk, Edit, Plan, Planner};
use super::truth::{Shown, Stretch};
use crate::edits::Screen;

/// H.264 wants even sides.
const EVEN: &str = "scale=trunc(iw/2)*2:trunc(ih/2)*2,setsar=1";

/// The quality of what nothing else is said about.
const CRF: u32 = 26;

/// Seeded places for a cut in each clip, and moments for a still.
const CUTS: usize = 3;

/// Length of each piece of a compilation, and how many there are.
const PIECE_MS: f64 = 5000.0;
const PIECES: usize = 5;

/// How long a photograph is shown.
const STILL_MS: f64 = 5000.0;

/// Every edit of clips, the mildest kinds first.
pub fn edits() -> Vec<Edit> {
    let mut list = List::default();
    encodings(&mut list);
    cuts(&mut list);
    frames(&mut list);
    speeds(&mut list);
    screens(&mut list);
    compositions(&mut list);
    sounds(&mut list);
    stills(&mut list);
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
        self.add_tries(kind, strength, (Kind::Clip, 1), Box::new(plan));
    }

    fn add_tries(
        &mut self,
        kind: &'static str,
        strength: &'static str,
        of: (Kind, usize),
        planner: Planner,
    ) {
        self.0.push(Edit::new(Medium::Clip, (kind, strength), of, planner));
    }

    /// A filter of the frames.
    fn filter(&mut self, kind: &'static str, strength: &'static str, filter: &'static str) {
        self.add(kind, strength, move |desk| Some(filtered(desk, filter, CRF)));
    }

    fn needing(&mut self, encoder: &'static str) {
        if let Some(edit) = self.0.pop() {
            self.0.push(edit.needing(encoder));
        }
    }
}

fn encodings(list: &mut List) {
    for (strength, crf) in [("CRF 28", 28), ("CRF 34", 34), ("CRF 40", 40)] {
        list.add("re-encode", strength, move |desk| Some(filtered(desk, "null", crf)));
    }
    list.filter("re-encode", "240p", "scale=-2:240");
    list.add("re-encode", "144p, CRF 34", |desk| Some(filtered(desk, "scale=-2:144", 34)));
    list.add("re-encode", "HEVC", |desk| {
        let codec = "-c:v libx265 -preset ultrafast -crf 32 -tag:v hvc1";
        let output = output(&format!("-map [v] -an {codec} -x265-params log-level=none:pools=1"));
        Some(Plan { output, ..filtered(desk, "null", CRF) })
    });
    list.needing("libx265");
    list.add("re-encode", "VP9", |desk| {
        let codec = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -crf 40 -b:v 0";
        let output = output(&format!("-map [v] -an {codec}"));
        Some(Plan { output, extension: "webm", ..filtered(desk, "null", CRF) })
    });
    list.needing("libvpx-vp9");
    list.add("re-encode", "with sound", |desk| {
        Some(with_sound(filtered(desk, "null", 32), "anull"))
    });
    list.filter("resize", "50 %", "scale=iw/2:ih/2");
    for (strength, filter) in
        [("12", "fps=12"), ("15", "fps=15"), ("24", "fps=24"), ("30", "fps=30")]
    {
        list.filter("frame rate", strength, filter);
    }
    list.add("muted", "", |desk| {
        let plan = filtered(desk, "", CRF);
        Some(Plan { graph: String::new(), output: words("-map 0:v:0 -c:v copy -an"), ..plan })
    });
}

fn cuts(list: &mut List) {
    for (strength, length_ms) in
        [("10 s", 10_000.0), ("5 s", 5000.0), ("3 s", 3000.0), ("2 s", 2000.0)]
    {
        let planner: Planner = Box::new(move |desk| trimmed(desk, length_ms));
        list.add_tries("trim", strength, (Kind::Clip, CUTS), planner);
    }
    let planner: Planner = Box::new(|desk| Some(with_sound(trimmed(desk, 5000.0)?, "anull")));
    list.add_tries("trim", "5 s with sound", (Kind::Clip, 1), planner);
}

fn frames(list: &mut List) {
    list.filter("letterbox", "25 %", "pad=iw:ih*4/3:0:(oh-ih)/2");
    list.filter("letterbox", "50 %", "pad=iw:ih*2:0:(oh-ih)/2");
    list.filter("pillarbox", "40 %", "pad=iw*5/3:ih:(ow-iw)/2:0");
    for (strength, area) in [("90 %", 0.9), ("80 %", 0.8), ("60 %", 0.6)] {
        list.add("crop", strength, move |desk| Some(cropped(desk, area)));
    }
    list.filter("mirror", "", "hflip");
    list.filter("quarter turn", "90", "transpose=clock");
    list.filter("quarter turn", "270", "transpose=cclock");
    list.add("logo", "", |desk| {
        let (corner, width) = (desk.random.below(4), desk.source.probe.size_px?.0 / 6);
        let x = if corner.is_multiple_of(2) { "W/40" } else { "W-w-W/40" };
        let y = if corner < 2 { "H/40" } else { "H-h-H/40" };
        let logo = desk.props.logo.clone();
        Some(over(desk, &logo.to_string_lossy(), width, &format!("{x}:{y}")))
    });
    list.add("caption", "", |desk| {
        let (width, caption) = (desk.source.probe.size_px?.0, desk.props.caption.clone());
        Some(over(desk, &caption.to_string_lossy(), width, "0:H-h-H/20"))
    });
    list.filter("brightness", "+15 %", "eq=brightness=0.15");
    list.filter("brightness", "-15 %", "eq=brightness=-0.15");
    list.filter("noise", "20", "noise=alls=20:allf=t:all_seed=7");
}

fn speeds(list: &mut List) {
    for (strength, rate) in [("0.8", 0.8), ("0.9", 0.9), ("1.1", 1.1), ("1.25", 1.25)] {
        list.add("speed", strength, move |desk| Some(faster(desk, rate)));
    }
    list.add("speed", "1.1 with sound", |desk| Some(with_sound(faster(desk, 1.1), "atempo=1.1")));
}

fn screens(list: &mut List) {
    list.add("screen recording", "chat, light", |desk| on_a_phone(desk, Screen::ChatLight));
    list.add("screen recording", "chat, dark", |desk| on_a_phone(desk, Screen::ChatDark));
    list.add("screen recording", "viewer", |desk| on_a_phone(desk, Screen::Viewer));
    list.filter("vertical reframing", "cropped", "crop=min(iw\\,ih*9/16):ih,scale=-2:960");
    list.filter(
        "vertical reframing",
        "black",
        "scale=540:960:force_original_aspect_ratio=decrease,pad=540:960:(ow-iw)/2:(oh-ih)/2",
    );
    list.filter(
        "vertical reframing",
        "blurred",
        "split[below][above];\
         [below]scale=540:960:force_original_aspect_ratio=increase,crop=540:960,boxblur=20:3[soft];\
         [above]scale=540:960:force_original_aspect_ratio=decrease[sharp];\
         [soft][sharp]overlay=(W-w)/2:(H-h)/2",
    );
}

fn compositions(list: &mut List) {
    for (strength, share) in [("35 %", 0.35), ("25 %", 0.25)] {
        list.add("picture in picture", strength, move |desk| inset(desk, share));
    }
    list.add("compilation of five", "", compilation);
}

fn sounds(list: &mut List) {
    list.add("covered, sound left", "black", |desk| Some(covered(desk, "drawbox=t=fill:c=black")));
    list.add("covered, sound left", "colours", |desk| {
        Some(covered(desk, "scale=8:8,scale=640:360,gblur=sigma=80,eq=saturation=3"))
    });
}

fn stills(list: &mut List) {
    for (strength, filter) in [("JPEG", "null"), ("240p", "scale=-2:240"), ("crop 80 %", CROP_80)] {
        let planner: Planner = Box::new(move |desk| Some(still(desk, filter)));
        list.add_tries("still of a known clip", strength, (Kind::Clip, CUTS), planner);
    }
    for (strength, zoom) in [("static", ""), ("slow zoom", ZOOM)] {
        let planner: Planner = Box::new(move |desk| Some(shown_still(desk, zoom)));
        list.add_tries("clip of a known still", strength, (Kind::Photo, 1), planner);
    }
}

/// The middle of the frame, four fifths of its area.
const CROP_80: &str = "crop=iw*0.894:ih*0.894";

/// To seven eighths of the frame within the five seconds.
const ZOOM: &str =
    ",scale=iw*2:-2,zoompan=z='1+0.0011*on':x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2':d=1:fps=25:s=";

fn input(path: String) -> Vec<String> {
    vec!["-i".into(), path]
}

/// What is said of the output where the frames come out of the graph as `v`.
fn output(codec: &str) -> Vec<String> {
    [words(codec), words("-pix_fmt yuv420p")].concat()
}

fn h264(crf: u32) -> Vec<String> {
    output(&format!("-map [v] -an -c:v libx264 -preset veryfast -crf {crf}"))
}

/// The whole clip through a filter of its frames, without its sound.
fn filtered(desk: &Desk<'_>, filter: &str, crf: u32) -> Plan {
    let length_ms = desk.source.probe.duration_ms;
    Plan {
        inputs: input(desk.source.argument()),
        graph: format!("[0:v]{filter},{EVEN}[v]"),
        output: h264(crf),
        extension: "mp4",
        shown: vec![Shown::whole(desk.source.number, length_ms, 1.0)],
        media_ms: length_ms,
    }
}

/// The same with the sound of the first input, through a filter of its own.
fn with_sound(plan: Plan, filter: &str) -> Plan {
    let graph = format!("{};[0:a]{filter}[a]", plan.graph);
    let mut output: Vec<_> = plan.output.iter().filter(|word| *word != "-an").cloned().collect();
    output.extend(words("-map [a] -c:a aac -b:a 48k"));
    Plan { graph, output, ..plan }
}

fn seconds(ms: f64) -> String {
    format!("{:.3}", ms / 1000.0)
}

/// Options before an input of which only a stretch is read. A frame that begins with the stretch
/// belongs to it, however its time was rounded.
fn cut_input(path: String, stretch: Stretch) -> Vec<String> {
    let from = seconds((stretch.from_ms - 2.0).max(0.0));
    let length = seconds(stretch.length_ms());
    vec!["-ss".into(), from, "-t".into(), length, "-i".into(), path]
}

fn trimmed(desk: &mut Desk<'_>, length_ms: f64) -> Option<Plan> {
    let cut = desk.cut(length_ms, desk.source.probe.duration_ms)?;
    let inputs = cut_input(desk.source.argument(), cut);
    let shown = vec![Shown::cut(desk.source.number, cut)];
    Some(Plan { inputs, shown, media_ms: length_ms, ..filtered(desk, "null", 30) })
}

/// A part of the frame of this share of the area, anywhere.
fn cropped(desk: &mut Desk<'_>, area: f64) -> Plan {
    let side = libm::sqrt(area);
    let (x, y) = (desk.random.share(), desk.random.share());
    let filter = format!("crop=iw*{side:.4}:ih*{side:.4}:(iw-ow)*{x:.3}:(ih-oh)*{y:.3}");
    filtered(desk, &filter, CRF)
}

/// A picture laid over the frames, so wide and at that place.
fn over(desk: &Desk<'_>, picture: &str, width_px: u32, place: &str) -> Plan {
    let plan = filtered(desk, "", CRF);
    Plan {
        inputs: [plan.inputs.clone(), input(picture.to_owned())].concat(),
        graph: format!("[1:v]scale={width_px}:-1[over];[0:v][over]overlay={place},{EVEN}[v]"),
        ..plan
    }
}

fn faster(desk: &Desk<'_>, rate: f64) -> Plan {
    let length_ms = desk.source.probe.duration_ms;
    let shown = vec![Shown::whole(desk.source.number, length_ms, rate)];
    let media_ms = length_ms / rate;
    Plan { shown, media_ms, ..filtered(desk, &format!("setpts=PTS/{rate}"), CRF) }
}

/// The clip where a picture would be on the screen of a phone, with a bar that shows how far it is.
fn on_a_phone(desk: &Desk<'_>, kind: Screen) -> Option<Plan> {
    let screen = desk.props.screens.get(&(desk.source.number, kind))?;
    let [x, y, width, height] = screen.place_px;
    let plan = filtered(desk, "", 30);
    let picture = screen.path.to_string_lossy().into_owned();
    Some(Plan {
        inputs: [plan.inputs.clone(), words("-loop 1 -framerate 30"), input(picture)].concat(),
        graph: format!(
            "[0:v]scale={width}:{height},\
             drawbox=x=iw*0.04:y=ih*0.93:w=iw*0.92:h=4:c=white@0.5:t=fill[clip];\
             [1:v][clip]overlay={x}:{y}:shortest=1,{EVEN}[v]"
        ),
        output: [plan.output.clone(), words("-t"), vec![seconds(plan.media_ms)]].concat(),
        ..plan
    })
}

/// The clip in a corner of another one, which has the sound and goes on as long.
fn inset(desk: &mut Desk<'_>, share: f64) -> Option<Plan> {
    let plan = filtered(desk, "", CRF);
    let base = *desk.others(Kind::Clip, 1, 0.0).first()?;
    let corner = desk.random.below(4);
    let x = if corner.is_multiple_of(2) { "24" } else { "W-w-24" };
    let y = if corner < 2 { "24" } else { "H-h-24" };
    let length = seconds(plan.media_ms);
    let background = Shown {
        wanted: false,
        stored: Some(Stretch::first(base.probe.duration_ms.min(plan.media_ms))),
        edited: Some(Stretch::first(base.probe.duration_ms.min(plan.media_ms))),
        ..Shown::whole(base.number, plan.media_ms, 1.0)
    };
    let width = format!("trunc(1280*{share}/2)*2");
    Some(Plan {
        inputs: [plan.inputs.clone(), words("-stream_loop -1"), input(base.argument())].concat(),
        graph: format!(
            "[1:v]scale=1280:720:force_original_aspect_ratio=increase,crop=1280:720,fps=25[base];\
             [0:v]scale={width}:-2[small];[base][small]overlay={x}:{y},{EVEN}[v]"
        ),
        output: [plan.output.clone(), words("-t"), vec![length]].concat(),
        shown: [plan.shown.clone(), vec![background]].concat(),
        ..plan
    })
}

/// Five seconds each of this clip and four others, one after the other.
fn compilation(desk: &mut Desk<'_>) -> Option<Plan> {
    let mut clips = vec![desk.source];
    clips.extend(desk.others(Kind::Clip, PIECES - 1, 2000.0));
    let turn = desk.random.below(clips.len());
    clips.rotate_left(turn);
    let (mut inputs, mut graph, mut shown) = (Vec::new(), String::new(), Vec::new());
    let mut at_ms = 0.0;
    for (n, clip) in clips.iter().enumerate() {
        let length_ms = PIECE_MS.min(clip.probe.duration_ms);
        let room_ms = clip.probe.duration_ms - length_ms;
        let frame_ms = clip.probe.frame_ms;
        let from_ms = (desk.random.between(0.0, room_ms) / frame_ms).floor() * frame_ms;
        let cut = Stretch::at(from_ms, length_ms);
        inputs.extend(cut_input(clip.argument(), cut));
        graph += &format!(
            "[{n}:v]scale=640:360:force_original_aspect_ratio=decrease,\
             pad=640:360:(ow-iw)/2:(oh-ih)/2,setsar=1,fps=25,trim=duration={}[p{n}];",
            seconds(length_ms)
        );
        shown.push(Shown {
            edited: Some(Stretch::at(at_ms, length_ms)),
            ..Shown::cut(clip.number, cut)
        });
        at_ms += length_ms;
    }
    let pieces: String = (0..clips.len()).map(|n| format!("[p{n}]")).collect();
    graph += &format!("{pieces}concat=n={}:v=1:a=0[v]", clips.len());
    Some(Plan { inputs, graph, output: h264(28), extension: "mp4", shown, media_ms: at_ms })
}

/// Nothing of the frames is left to be seen; the sound is as it was.
fn covered(desk: &Desk<'_>, filter: &str) -> Plan {
    let plan = with_sound(filtered(desk, filter, CRF), "anull");
    let speech_ms = desk.source.speech_ms;
    Plan { shown: vec![Shown::whole(desk.source.number, speech_ms, 1.0)], ..plan }
}

fn still(desk: &mut Desk<'_>, filter: &str) -> Plan {
    let frame_ms = desk.source.probe.frame_ms;
    let last_ms = (desk.source.probe.duration_ms - 2.0 * frame_ms).max(0.0);
    let moment = Stretch::at(desk.random.between(0.0, last_ms), 0.0);
    let path = desk.source.argument();
    Plan {
        inputs: vec!["-ss".into(), seconds(moment.from_ms), "-i".into(), path],
        graph: format!("[0:v]{filter},{EVEN}[v]"),
        output: words("-map [v] -frames:v 1 -q:v 4 -pix_fmt yuvj420p"),
        extension: "jpg",
        shown: vec![Shown {
            source: desk.source.number,
            edited: None,
            stored: Some(moment),
            wanted: true,
        }],
        media_ms: 0.0,
    }
}

/// A photograph for five seconds.
fn shown_still(desk: &Desk<'_>, zoom: &str) -> Plan {
    let (width, height) = desk.source.probe.size_px.unwrap_or((640, 480));
    let by = (854.0 / f64::from(width.max(height))).min(1.0);
    let side = |px: u32| ((f64::from(px) * by / 2.0).round() as u32 * 2).max(2);
    let (w, h) = (side(width), side(height));
    let zoom = if zoom.is_empty() { String::new() } else { format!("{zoom}{w}x{h}") };
    Plan {
        inputs: [
            words("-loop 1 -framerate 25 -t"),
            vec![seconds(STILL_MS)],
            input(desk.source.argument()),
        ]
        .concat(),
        graph: format!("[0:v]scale={w}:{h}{zoom},{EVEN}[v]"),
        output: h264(CRF),
        extension: "mp4",
        shown: vec![Shown {
            source: desk.source.number,
            edited: Some(Stretch::first(STILL_MS)),
            stored: None,
            wanted: true,
        }],
        media_ms: STILL_MS,
    }
}
