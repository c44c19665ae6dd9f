//! Files that show nothing of what is stored: whatever is found in them is a false alarm.

use super::Medium;
use super::material::{Material, Source, words};
use super::plan::{Edit, Plan};
use super::props::Props;
use super::sounds::RATE_HZ;
use std::path::Path;

/// How long a made stranger lasts, in seconds.
const LENGTH_S: u32 = 12;

/// How long the large clip lasts whose check is timed, in seconds.
const LARGE_S: u32 = 40;

/// Photographs in one unknown clip.
const SLIDES: usize = 3;

/// Every kind of stranger.
pub fn edits() -> Vec<Edit> {
    let mut list = Vec::new();
    clips(&mut list);
    voices(&mut list);
    list
}

fn clips(list: &mut Vec<Edit>) {
    let mut add = |strength: &'static str, inventor: super::plan::Inventor| {
        list.push(Edit::strange(Medium::Clip, ("stranger", strength), inventor));
    };
    add(
        "black",
        Box::new(|_, _, _| vec![drawn("black", "color=black:s=480x360:r=30", "anullsrc")]),
    );
    add("test cards", Box::new(|_, _, _| test_cards()));
    add("moving patterns", Box::new(|_, _, seed| patterns(seed)));
    add("unknown photographs", Box::new(|material, _, _| slides(&material.strange_photos)));
    add("hold music", Box::new(|_, props, _| music_over_black(props)));
    add("1080p H.264", Box::new(|_, _, seed| vec![large(seed)]));
}

fn voices(list: &mut Vec<Edit>) {
    let mut add = |strength: &'static str, inventor: super::plan::Inventor| {
        list.push(Edit::strange(Medium::Voice, ("stranger", strength), inventor));
    };
    add("other speakers", Box::new(|material, _, _| speakers(material)));
    add("silence", Box::new(|_, _, _| vec![heard("silence", &silence())]));
    add("tones", Box::new(|_, _, _| tones()));
    add("white noise", Box::new(|_, _, seed| vec![heard("noise", &white(seed))]));
    add("hold music", Box::new(|_, props, _| music(props)));
}

fn seconds() -> String {
    LENGTH_S.to_string()
}

/// A clip of what FFmpeg draws and sounds by itself.
fn drawn(name: &str, picture: &str, sound: &str) -> (String, Plan) {
    let mut inputs = words("-f lavfi -i");
    inputs.push(picture.to_owned());
    inputs.extend(words("-f lavfi -i"));
    inputs.push(sound.to_owned());
    let output =
        words("-map 0:v -map 1:a -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac -t");
    let plan = Plan {
        inputs,
        output: [output, vec![seconds()]].concat(),
        extension: "mp4",
        media_ms: f64::from(LENGTH_S) * 1000.0,
        ..Plan::default()
    };
    (name.to_owned(), plan)
}

fn test_cards() -> Vec<(String, Plan)> {
    let cards = ["smptehdbars", "testsrc", "testsrc2", "pal75bars", "gradients=seed=3:speed=0.02"];
    let card = |name: &&str| {
        let options = if name.contains('=') { ":" } else { "=" };
        drawn(name, &format!("{name}{options}s=640x360:r=25"), "sine=f=1000")
    };
    cards.iter().map(card).collect()
}

fn patterns(seed: u64) -> Vec<(String, Plan)> {
    let seed = seed % 1000;
    vec![
        drawn("mandelbrot", "mandelbrot=s=640x360:r=25", "anullsrc"),
        drawn(
            "life",
            &format!("life=s=160x90:r=25:ratio=0.4:seed={seed},scale=640:360:flags=neighbor"),
            "anullsrc",
        ),
        drawn(
            "cells",
            &format!("cellauto=s=320x180:r=25:rule=110:random_seed={seed},scale=640:360"),
            "anullsrc",
        ),
        drawn(
            "snow",
            &format!("color=gray:s=640x360:r=25,noise=alls=100:allf=t:all_seed={seed}"),
            "anullsrc",
        ),
    ]
}

/// Clips of photographs that are stored nowhere, slowly zoomed.
fn slides(photos: &[impl AsRef<Path>]) -> Vec<(String, Plan)> {
    let mut plans = Vec::new();
    for (n, group) in photos.chunks(SLIDES).enumerate() {
        let (mut inputs, mut graph) = (Vec::new(), String::new());
        for (place, photo) in group.iter().enumerate() {
            inputs.extend(words("-i"));
            inputs.push(photo.as_ref().to_string_lossy().into_owned());
            graph += &format!(
                "[{place}:v]scale=1280:720:force_original_aspect_ratio=increase,crop=1280:720,\
                 zoompan=z='1+0.001*on':d=100:s=640x360:fps=25,setsar=1[s{place}];"
            );
        }
        let all: String = (0..group.len()).map(|place| format!("[s{place}]")).collect();
        graph += &format!("{all}concat=n={}[v]", group.len());
        let plan = Plan {
            inputs,
            graph,
            output: words("-map [v] -c:v libx264 -preset veryfast -pix_fmt yuv420p"),
            extension: "mp4",
            media_ms: 4000.0 * group.len() as f64,
            ..Plan::default()
        };
        plans.push((format!("photographs {n}"), plan));
    }
    plans
}

fn music_over_black(props: &Props) -> Vec<(String, Plan)> {
    let over = |(n, tune): (usize, &std::path::PathBuf)| {
        let (name, mut plan) =
            drawn(&format!("tune {n}"), "color=black:s=480x360:r=25", "anullsrc");
        plan.inputs.truncate(4);
        plan.inputs.extend(["-i".into(), tune.to_string_lossy().into_owned()]);
        (name, plan)
    };
    props.tunes.iter().enumerate().map(over).collect()
}

/// What a camera would make: large frames, all of them different.
fn large(seed: u64) -> (String, Plan) {
    let picture = format!(
        "life=s=240x135:r=30:ratio=0.3:seed={},scale=1920:1080:flags=bicubic,format=yuv420p",
        seed % 1000
    );
    let (name, plan) = drawn("large", &picture, "anullsrc");
    let mut output = plan.output.clone();
    output.pop();
    output.push(LARGE_S.to_string());
    (name, Plan { output, media_ms: f64::from(LARGE_S) * 1000.0, ..plan })
}

/// A recording of what FFmpeg sounds by itself.
fn heard(name: &str, sound: &str) -> (String, Plan) {
    let mut inputs = words("-f lavfi -i");
    inputs.push(sound.to_owned());
    let output = [words("-map 0:a -ac 1 -c:a pcm_s16le -t"), vec![seconds()]].concat();
    let media_ms = f64::from(LENGTH_S) * 1000.0;
    (name.to_owned(), Plan { inputs, output, extension: "wav", media_ms, ..Plan::default() })
}

fn silence() -> String {
    format!("anullsrc=r={RATE_HZ}:cl=mono")
}

fn white(seed: u64) -> String {
    format!("anoisesrc=color=white:amplitude=0.2:r={RATE_HZ}:seed={}", seed % 1000)
}

fn tones() -> Vec<(String, Plan)> {
    let rate = format!("sample_rate={RATE_HZ}");
    vec![
        heard("tone 440", &format!("sine=f=440:{rate}")),
        heard("tone 1000 with beeps", &format!("sine=f=1000:b=4:{rate}")),
        heard("ringing", &format!("sine=f=425:{rate},volume='if(lt(mod(t,5),1),1,0)':eval=frame")),
        heard("busy", &format!("sine=f=425:{rate},volume='if(lt(mod(t,1),0.5),1,0)':eval=frame")),
        heard("hum", &format!("aevalsrc='0.3*sin(2*PI*50*t)+0.1*sin(2*PI*150*t)':s={RATE_HZ}")),
    ]
}

fn music(props: &Props) -> Vec<(String, Plan)> {
    let tune = |(n, path): (usize, &std::path::PathBuf)| {
        let inputs = vec!["-i".into(), path.to_string_lossy().into_owned()];
        let output = words("-map 0:a -ar 8000 -c:a pcm_mulaw -t 40");
        let plan = Plan { inputs, output, extension: "wav", media_ms: 40_000.0, ..Plan::default() };
        (format!("tune {n}"), plan)
    };
    props.tunes.iter().enumerate().map(tune).collect()
}

/// Recordings of those whom no stored one is of, as a messenger sends them.
fn speakers(material: &Material) -> Vec<(String, Plan)> {
    let speaker = |source: &Source| {
        let inputs = vec!["-i".into(), source.argument()];
        let output = words("-map 0:a:0 -ac 1 -c:a aac -b:a 32k");
        let media_ms = source.speech_ms;
        let plan = Plan { inputs, output, extension: "m4a", media_ms, ..Plan::default() };
        (source.name.clone(), plan)
    };
    material.strange_recordings.iter().map(speaker).collect()
}
