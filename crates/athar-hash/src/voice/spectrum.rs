//! The power spectrum of a frame, by a fast Fourier transform of our own.
//!
//! The transforms of libraries choose other instructions on other processors and their last bits
//! differ; a sum near zero would then have another sign. This one adds and multiplies in one order
//! everywhere, and takes its cosines from a series instead of the system's library.
//!
//! A frame of real samples is read as half as many complex ones (Stockham's self-sorting form,
//! four at a time), and the spectrum of the real frame is untangled from theirs.

/// Samples of a frame.
pub(super) const FRAME: usize = 1024;

/// Frequencies that are told apart, 0 to half the rate.
pub(super) const BINS: usize = FRAME / 2;

const HALF: usize = FRAME / 2;

/// Real and imaginary parts, apart, as the loops want them.
struct Complex {
    re: [f32; HALF],
    im: [f32; HALF],
}

impl Complex {
    const ZERO: Self = Self { re: [0.0; HALF], im: [0.0; HALF] };
}

/// What a transform needs to know.
pub(super) struct Transform {
    /// Cosine and minus sine of `k / FRAME` turns.
    turns: [(f32, f32); FRAME],
    /// Hann's window.
    window: [f32; FRAME],
}

impl Transform {
    pub(super) fn new() -> Self {
        let turns = std::array::from_fn(|k| {
            let sine = cosine((k + FRAME - FRAME / 4) % FRAME, FRAME);
            (cosine(k, FRAME) as f32, -sine as f32)
        });
        let window = std::array::from_fn(|k| (0.5 - 0.5 * cosine(k, FRAME)) as f32);
        Self { turns, window }
    }

    /// The power at each frequency of a frame, under the window.
    pub(super) fn power(&self, samples: &[f32; FRAME]) -> [f32; BINS] {
        let mut halves = Complex::ZERO;
        for k in 0..HALF {
            halves.re[k] = samples[2 * k] * self.window[2 * k];
            halves.im[k] = samples[2 * k + 1] * self.window[2 * k + 1];
        }
        self.untangle(&self.transformed(halves))
    }

    fn transformed(&self, mut from: Complex) -> Complex {
        let mut to = Complex::ZERO;
        let (mut length, mut stride) = (HALF, 1);
        while length >= 4 {
            self.fours(&from, &mut to, length, stride);
            std::mem::swap(&mut from, &mut to);
            length /= 4;
            stride *= 4;
        }
        const { assert!(HALF == 512, "four fours and a two") };
        twos(&mut from);
        from
    }

    /// One pass: every transform of `length` becomes four of a quarter.
    fn fours(&self, from: &Complex, to: &mut Complex, length: usize, stride: usize) {
        let quarter = length / 4;
        for p in 0..quarter {
            let turn = |times: usize| self.turns[times * p * (FRAME / length) % FRAME];
            let turns = [turn(1), turn(2), turn(3)];
            let at = |part: usize| stride * (p + part * quarter)..stride * (p + part * quarter + 1);
            let re = [0, 1, 2, 3].map(|part| &from.re[at(part)]);
            let im = [0, 1, 2, 3].map(|part| &from.im[at(part)]);
            let out = 4 * stride * p..4 * stride * (p + 1);
            four((re, im), (&mut to.re[out.clone()], &mut to.im[out]), turns, stride);
        }
    }

    /// The powers of a real frame, from the transform of its even and odd samples as one.
    fn untangle(&self, halves: &Complex) -> [f32; BINS] {
        std::array::from_fn(|k| {
            let mirror = (HALF - k) % HALF;
            let (re, im) = (halves.re[k], halves.im[k]);
            let (mirror_re, mirror_im) = (halves.re[mirror], -halves.im[mirror]);
            let (even_re, even_im) = (0.5 * (re + mirror_re), 0.5 * (im + mirror_im));
            // Divided by the imaginary unit: (a + bi) / i = b - ai.
            let (odd_re, odd_im) = (0.5 * (im - mirror_im), -0.5 * (re - mirror_re));
            let (cos, sin) = self.turns[k];
            let real = even_re + (odd_re * cos - odd_im * sin);
            let imaginary = even_im + (odd_re * sin + odd_im * cos);
            real * real + imaginary * imaginary
        })
    }
}

/// `stride` butterflies of four, side by side.
#[inline(always)]
fn four(
    (re, im): ([&[f32]; 4], [&[f32]; 4]),
    (to_re, to_im): (&mut [f32], &mut [f32]),
    turns: [(f32, f32); 3],
    stride: usize,
) {
    let [re_a, re_b, re_c, re_d] = re.map(|part| &part[..stride]);
    let [im_a, im_b, im_c, im_d] = im.map(|part| &part[..stride]);
    let (re_0, rest) = to_re.split_at_mut(stride);
    let (re_1, rest) = rest.split_at_mut(stride);
    let (re_2, re_3) = rest.split_at_mut(stride);
    let (im_0, rest) = to_im.split_at_mut(stride);
    let (im_1, rest) = rest.split_at_mut(stride);
    let (im_2, im_3) = rest.split_at_mut(stride);
    let re_3 = &mut re_3[..stride];
    let im_3 = &mut im_3[..stride];
    let [(cos_1, sin_1), (cos_2, sin_2), (cos_3, sin_3)] = turns;
    for q in 0..stride {
        let (sum_re, sum_im) = (re_a[q] + re_c[q], im_a[q] + im_c[q]);
        let (change_re, change_im) = (re_a[q] - re_c[q], im_a[q] - im_c[q]);
        let (other_re, other_im) = (re_b[q] + re_d[q], im_b[q] + im_d[q]);
        // Times the imaginary unit.
        let (turned_re, turned_im) = (im_d[q] - im_b[q], re_b[q] - re_d[q]);
        re_0[q] = sum_re + other_re;
        im_0[q] = sum_im + other_im;
        let (x, y) = (change_re - turned_re, change_im - turned_im);
        re_1[q] = x * cos_1 - y * sin_1;
        im_1[q] = x * sin_1 + y * cos_1;
        let (x, y) = (sum_re - other_re, sum_im - other_im);
        re_2[q] = x * cos_2 - y * sin_2;
        im_2[q] = x * sin_2 + y * cos_2;
        let (x, y) = (change_re + turned_re, change_im + turned_im);
        re_3[q] = x * cos_3 - y * sin_3;
        im_3[q] = x * sin_3 + y * cos_3;
    }
}

/// The last pass: transforms of two.
fn twos(values: &mut Complex) {
    for part in [&mut values.re, &mut values.im] {
        let (low, high) = part.split_at_mut(HALF / 2);
        for (a, b) in low.iter_mut().zip(high) {
            (*a, *b) = (*a + *b, *a - *b);
        }
    }
}

/// The cosine of `k / of` turns, `of` a multiple of 8 and `k` less than it, by the basic
/// operations alone.
pub(super) fn cosine(k: usize, of: usize) -> f64 {
    let k = k.min(of - k);
    if 4 * k > of {
        return -cosine(of / 2 - k, of);
    }
    let eighth = 8 * k > of;
    let part = if eighth { of / 4 - k } else { k };
    let angle = part as f64 * (std::f64::consts::TAU / of as f64);
    series(angle, if eighth { 1 } else { 0 })
}

/// The series of the cosine (`first` 0) or the sine (`first` 1) of an angle up to a quarter of pi.
fn series(angle: f64, first: u32) -> f64 {
    let square = angle * angle;
    (0..10).rev().fold(0.0, |rest, k| {
        let n = f64::from(2 * k + first);
        1.0 - square / ((n + 1.0) * (n + 2.0)) * rest
    }) * if first == 1 { angle } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn cosines_are_those_of_the_library() {
        for of in [8, 1024, 1376] {
            for k in 0..of {
                let expected = (TAU * k as f64 / of as f64).cos();
                assert!((cosine(k, of) - expected).abs() < 1e-14, "{k} of {of}");
            }
        }
    }

    #[test]
    fn powers_are_those_of_the_plain_sum() {
        let samples: [f32; FRAME] =
            std::array::from_fn(|k| ((k * k % 97) as f32 - 48.0) / 50.0 + (k as f32 * 0.3).sin());
        let transform = Transform::new();
        let powers = transform.power(&samples);
        for bin in (0..BINS).step_by(7) {
            let (mut re, mut im) = (0.0, 0.0);
            for (k, sample) in samples.iter().enumerate() {
                let windowed = f64::from(*sample) * (0.5 - 0.5 * (TAU * k as f64 / 1024.0).cos());
                let angle = TAU * ((k * bin) % FRAME) as f64 / FRAME as f64;
                re += windowed * angle.cos();
                im -= windowed * angle.sin();
            }
            let expected = re * re + im * im;
            let off = (f64::from(powers[bin]) - expected).abs();
            assert!(off < 1e-4 * (expected + 1.0), "bin {bin}: {} and {expected}", powers[bin]);
        }
    }
}
