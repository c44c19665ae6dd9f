//! Compression, size, colour, blur and noise: what moves nothing.

use crate::filters;
use crate::picture::{Saved, scaled};
use crate::scene::Step;

/// Saved in this way at last.
pub fn saved(saved: Saved) -> Step {
    Box::new(move |scene| scene.saved = saved)
}

/// Saved and opened again on the way.
pub fn passed_on(saved: Saved) -> Step {
    Box::new(move |scene| {
        // A picture beyond what the format can hold is passed on as it is.
        if let Ok(again) = saved.round_trip(&scene.picture) {
            scene.picture = again;
        }
    })
}

/// Both sides times a factor.
pub fn resize(by: f64) -> Step {
    Box::new(move |scene| {
        let (width, height) = scene.picture.dimensions();
        scene.resized(scaled(width, by), scaled(height, by));
    })
}

/// The sides times factors of their own.
pub fn stretch(across: f64, down: f64) -> Step {
    Box::new(move |scene| {
        let (width, height) = scene.picture.dimensions();
        scene.resized(scaled(width, across), scaled(height, down));
    })
}

/// Light added, as a share of white; negative for darker.
pub fn brightness(by: f64) -> Step {
    Box::new(move |scene| filters::curve(&mut scene.picture, |light| light + by))
}

/// Stretched around the middle grey.
pub fn contrast(by: f64) -> Step {
    Box::new(move |scene| filters::curve(&mut scene.picture, |light| (light - 0.5) * by + 0.5))
}

/// To a power.
pub fn gamma(power: f64) -> Step {
    Box::new(move |scene| filters::curve(&mut scene.picture, |light| libm::pow(light, power)))
}

/// Away from grey; 0 for grey itself.
pub fn saturation(by: f64) -> Step {
    Box::new(move |scene| {
        filters::each(&mut scene.picture, |pixel| {
            let grey = filters::luma(pixel);
            pixel.map(|channel| grey + (channel - grey) * by)
        });
    })
}

/// Grey times a colour, 1 for white.
pub fn tint(colour: [f64; 3]) -> Step {
    Box::new(move |scene| {
        filters::each(&mut scene.picture, |pixel| colour.map(|c| c * filters::luma(pixel)));
    })
}

/// The brown of old photographs.
pub fn sepia() -> Step {
    Box::new(|scene| {
        filters::each(&mut scene.picture, |[r, g, b]| {
            [
                0.393 * r + 0.769 * g + 0.189 * b,
                0.349 * r + 0.686 * g + 0.168 * b,
                0.272 * r + 0.534 * g + 0.131 * b,
            ]
        });
    })
}

/// Each channel times a factor: a lamp of another colour.
pub fn cast(by: [f64; 3]) -> Step {
    Box::new(move |scene| {
        filters::each(&mut scene.picture, |pixel| std::array::from_fn(|n| pixel[n] * by[n]));
    })
}

/// A negative.
pub fn invert() -> Step {
    Box::new(|scene| filters::curve(&mut scene.picture, |light| 1.0 - light))
}

/// Gaussian, in thousandths of the longer side.
pub fn blur(thousandths: f64) -> Step {
    Box::new(move |scene| {
        let sigma_px = thousandths * scene.side() / 1000.0;
        filters::blur(&mut scene.picture, sigma_px.max(0.3));
    })
}

/// A shaken hand, in thousandths of the longer side.
pub fn motion_blur(thousandths: f64) -> Step {
    Box::new(move |scene| {
        let length_px = (thousandths * scene.side() / 1000.0).max(3.0) as usize;
        let upright = scene.random.coin();
        filters::motion_blur(&mut scene.picture, length_px, upright);
    })
}

/// Unsharp mask.
pub fn sharpen(amount: f64) -> Step {
    Box::new(move |scene| filters::sharpen(&mut scene.picture, 1.2, amount))
}

/// Gaussian, of this deviation in steps of 255.
pub fn noise(deviation: f64) -> Step {
    Box::new(move |scene| filters::noise(&mut scene.picture, deviation, &mut scene.random))
}

/// Black and white dots on this share of the pixels.
pub fn salt_and_pepper(share: f64) -> Step {
    Box::new(move |scene| {
        filters::salt_and_pepper(&mut scene.picture, share, &mut scene.random);
    })
}
