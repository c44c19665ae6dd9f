//! What happens to voice notes on their way.

use super::recording::{Recording, WIDE_HZ, through_codec, through_filter};
use super::sound;
use crate::random::Random;
use anyhow::Result;
use athar_hash::voice::RATE_HZ;

/// One way to change a recording.
#[derive(Debug, Clone, Copy)]
pub enum Edit {
    /// Bits a second.
    Opus(f64),
    Amr(f64),
    Aac(f64),
    Mp3(f64),
    /// Decibels below the voice.
    Noise(f64),
    Babble(f64),
    Music(f64),
    /// Factors.
    Tempo(f64),
    Pitch(f64),
    Speed(f64),
    Volume(f64),
    /// The part of the largest amplitude that is left.
    Clipped(f64),
    /// 300 to 3400 Hz at 8 kHz, and that through Opus.
    Telephone,
    TelephoneOpus(f64),
    /// Seconds until the echo has fallen by 60 dB.
    Room(f64),
    /// The same from far away (the voice 6 dB weaker than the echo), with noise 20 dB below.
    FarRoom(f64),
    /// Seconds that are left, from anywhere, sent again.
    Trim(f64),
    /// After another one, sent again.
    Joined,
}

/// A recording after an edit.
pub struct Edited {
    pub samples: Vec<f32>,
    /// Where the recording's first sample lies in the edited one, may be before it.
    pub start_s: f64,
    /// Seconds of the recording in one of the edited.
    pub speed: f64,
}

/// Edits as they are measured.
pub const MEASURED: &[Edit] = &[
    Edit::Opus(8e3),
    Edit::Opus(12e3),
    Edit::Opus(16e3),
    Edit::Opus(24e3),
    Edit::Amr(4.75e3),
    Edit::Amr(12.2e3),
    Edit::Aac(32e3),
    Edit::Mp3(16e3),
    Edit::Trim(3.0),
    Edit::Trim(5.0),
    Edit::Trim(10.0),
    Edit::Noise(20.0),
    Edit::Noise(10.0),
    Edit::Babble(20.0),
    Edit::Babble(10.0),
    Edit::Tempo(0.95),
    Edit::Tempo(1.05),
    Edit::Pitch(0.95),
    Edit::Pitch(1.05),
    Edit::Speed(0.95),
    Edit::Speed(1.05),
    Edit::Telephone,
    Edit::TelephoneOpus(16e3),
    Edit::Room(0.3),
    Edit::Room(0.5),
    Edit::Room(0.8),
    Edit::FarRoom(0.5),
    Edit::Joined,
    Edit::Music(10.0),
    Edit::Music(5.0),
    Edit::Volume(0.1),
    Edit::Clipped(0.25),
];

/// Edits to learn from: every kind, each with a strength of its own.
pub fn for_learning(random: &mut Random) -> Vec<Edit> {
    const AMR: [f64; 8] = [4.75e3, 5.15e3, 5.9e3, 6.7e3, 7.4e3, 7.95e3, 10.2e3, 12.2e3];
    let mut edits = Vec::new();
    for _ in 0..2 {
        edits.extend([
            Edit::Opus(random.within(6e3, 24e3)),
            Edit::Amr(AMR[random.bits() as usize % AMR.len()]),
            Edit::Noise(random.within(6.0, 20.0)),
            Edit::Babble(random.within(8.0, 20.0)),
            Edit::Music(random.within(5.0, 15.0)),
            Edit::Tempo(random.within(0.95, 1.05)),
            Edit::Pitch(random.within(0.95, 1.05)),
            Edit::Speed(random.within(0.95, 1.05)),
            Edit::TelephoneOpus(random.within(8e3, 24e3)),
            Edit::Room(random.within(0.2, 0.9)),
            Edit::FarRoom(random.within(0.3, 0.8)),
        ]);
    }
    edits.extend([Edit::Telephone, Edit::Clipped(random.within(0.15, 0.5))]);
    edits
}

const TELEPHONE: &str =
    "highpass=f=300,highpass=f=300,lowpass=f=3400,lowpass=f=3400,aresample=8000";

impl Edit {
    pub fn name(self) -> &'static str {
        match self {
            Self::Opus(_) => "opus",
            Self::Amr(_) => "amr-nb",
            Self::Aac(_) => "aac",
            Self::Mp3(_) => "mp3",
            Self::Noise(_) => "noise",
            Self::Babble(_) => "babble",
            Self::Music(_) => "music",
            Self::Tempo(_) => "tempo",
            Self::Pitch(_) => "pitch",
            Self::Speed(_) => "speed",
            Self::Volume(_) => "volume",
            Self::Clipped(_) => "clipped",
            Self::Telephone => "telephone",
            Self::TelephoneOpus(_) => "telephone-opus",
            Self::Room(_) => "room",
            Self::FarRoom(_) => "far-room-noise-20",
            Self::Trim(_) => "trim-opus-16",
            Self::Joined => "joined-opus-16",
        }
    }

    pub fn strength(self) -> f64 {
        match self {
            Self::Opus(v) | Self::Amr(v) | Self::Aac(v) | Self::Mp3(v) => v / 1000.0,
            Self::TelephoneOpus(v) => v / 1000.0,
            Self::Noise(v) | Self::Babble(v) | Self::Music(v) => v,
            Self::Tempo(v) | Self::Pitch(v) | Self::Speed(v) => v,
            Self::Volume(v) | Self::Clipped(v) => v,
            Self::Room(v) | Self::FarRoom(v) | Self::Trim(v) => v,
            Self::Telephone | Self::Joined => 0.0,
        }
    }

    /// # Errors
    /// Those of ffmpeg.
    pub fn apply(
        self,
        of: &Recording,
        others: &[&Recording],
        random: &mut Random,
    ) -> Result<Edited> {
        if let Self::Trim(seconds) = self {
            return trimmed(of, seconds, random);
        }
        if let Self::Joined = self {
            return joined(of, others[random.bits() as usize % others.len()]);
        }
        let speed = match self {
            Self::Tempo(factor) | Self::Speed(factor) => factor,
            _ => 1.0,
        };
        Ok(Edited { samples: self.changed(of, others, random)?, start_s: 0.0, speed })
    }

    fn changed(
        self,
        of: &Recording,
        others: &[&Recording],
        random: &mut Random,
    ) -> Result<Vec<f32>> {
        let samples = &of.samples;
        let filtered = |filter: &str| through_filter(&of.wide, filter, RATE_HZ);
        Ok(match self {
            Self::Noise(db) => sound::mixed(samples, &sound::noise(samples.len(), random), db),
            Self::Babble(db) => {
                sound::mixed(samples, &sound::babble(samples.len(), others, random), db)
            }
            Self::Music(db) => sound::mixed(samples, &sound::music(samples.len(), random), db),
            Self::Volume(factor) => samples.iter().map(|s| s * factor as f32).collect(),
            Self::Clipped(part) => sound::clipped(samples, part as f32),
            Self::Room(fall_s) => sound::in_room(samples, fall_s, 0.0, random),
            Self::FarRoom(fall_s) => {
                let far = sound::in_room(samples, fall_s, -6.0, random);
                sound::mixed(&far, &sound::noise(far.len(), random), 20.0)
            }
            Self::Tempo(factor) => filtered(&format!("atempo={factor}"))?,
            Self::Speed(factor) => filtered(&format!("{},aresample={WIDE_HZ}", faster(factor)))?,
            Self::Pitch(factor) => {
                let back = format!("aresample={WIDE_HZ},atempo={}", 1.0 / factor);
                filtered(&format!("{},{back}", faster(factor)))?
            }
            Self::Telephone => filtered(TELEPHONE)?,
            Self::TelephoneOpus(rate) => {
                let narrow = format!("{TELEPHONE},aresample={WIDE_HZ}");
                opus(&through_filter(&of.wide, &narrow, WIDE_HZ)?, rate, "8000")?
            }
            _ => self.sent(&of.wide)?,
        })
    }

    /// Through a codec.
    fn sent(self, wide: &[f32]) -> Result<Vec<f32>> {
        match self {
            Self::Amr(rate) => {
                let rate = format!("{rate}");
                let arguments = ["-ar", "8000", "-c:a", "libopencore_amrnb", "-b:a", &rate];
                through_codec(wide, "amr", &arguments)
            }
            Self::Aac(rate) => {
                through_codec(wide, "mp4", &["-c:a", "aac", "-b:a", &format!("{rate}")])
            }
            Self::Mp3(rate) => {
                through_codec(wide, "mp3", &["-c:a", "libmp3lame", "-b:a", &format!("{rate}")])
            }
            Self::Opus(rate) => opus(wide, rate, "16000"),
            _ => opus(wide, 16e3, "16000"),
        }
    }
}

fn faster(factor: f64) -> String {
    format!("asetrate={}", (f64::from(WIDE_HZ) * factor) as u32)
}

fn opus(wide: &[f32], rate: f64, rate_hz: &str) -> Result<Vec<f32>> {
    let rate = format!("{rate}");
    let voice = ["-c:a", "libopus", "-b:a", &rate, "-application", "voip", "-ar", rate_hz];
    through_codec(wide, "ogg", &voice)
}

fn trimmed(of: &Recording, seconds: f64, random: &mut Random) -> Result<Edited> {
    let len = ((seconds * f64::from(WIDE_HZ)) as usize).min(of.wide.len());
    let start = random.bits() as usize % (of.wide.len() - len + 1);
    let samples = opus(&of.wide[start..start + len], 16e3, "16000")?;
    Ok(Edited { samples, start_s: -(start as f64) / f64::from(WIDE_HZ), speed: 1.0 })
}

fn joined(of: &Recording, after: &Recording) -> Result<Edited> {
    let both: Vec<f32> = after.wide.iter().chain(&of.wide).copied().collect();
    let start_s = after.wide.len() as f64 / f64::from(WIDE_HZ);
    Ok(Edited { samples: opus(&both, 16e3, "16000")?, start_s, speed: 1.0 })
}
