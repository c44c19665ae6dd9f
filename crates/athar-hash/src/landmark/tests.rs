//! What someone who looks for a picture notices.

use super::*;
use athar_kernel::Orientation;
use std::f32::consts::{PI, TAU};

const RADIUS_BITS: u16 = 31;

fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (state >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// Hills and hollows of every size, thrown at random: brightness at any place between pixels.
struct Scene(Vec<[f32; 5]>);

impl Scene {
    fn new(seed: u64) -> Self {
        let mut next = noise(seed);
        let hill = |_| {
            let size = 3.0 + 37.0 * next().powi(3);
            let lift = 260.0 * (next() - 0.5);
            [400.0 * next(), 300.0 * next(), size, size * (0.4 + next()), lift]
        };
        Self((0..700).map(hill).collect())
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let lift = |[hx, hy, wide, high, lift]: &[f32; 5]| {
            let (dx, dy) = ((x - hx) / wide, (y - hy) / high);
            let square = dx * dx + dy * dy;
            if square < 1.0 { lift * (1.0 - square) * (1.0 - square) } else { 0.0 }
        };
        (128.0 + self.0.iter().map(lift).sum::<f32>()).clamp(0.0, 255.0)
    }

    fn picture(&self) -> Plane {
        self.moved(1.0, 0.0)
    }

    /// Scaled and turned around its upper left corner, with the corner moved into the picture.
    fn moved(&self, size: f32, angle_rad: f32) -> Plane {
        let (sin, cos) = angle_rad.sin_cos();
        let (width, height) =
            (400.0 * size * cos + 300.0 * size * sin, 400.0 * size * sin + 300.0 * size * cos);
        Plane::from_fn(width as usize, height as usize, |x, y| {
            let (x, y) = ((x as f32 - 300.0 * size * sin) / size, y as f32 / size);
            self.at(x * cos + y * sin, y * cos - x * sin)
        })
    }
}

fn stored(plane: &Plane) -> Vec<Landmark> {
    landmarks(plane, &Setting::STORED, Level::best())
}

fn asked(plane: &Plane) -> Vec<Landmark> {
    landmarks(plane, &Setting::ASKED, Level::best())
}

/// The share of `all` whose code lies within the radius of one of `others` that is where `moved`
/// says, and the share with a code within the radius anywhere else.
fn found(
    all: &[Landmark],
    others: &[Landmark],
    moved: impl Fn(&Place) -> (f32, f32),
) -> (f32, f32) {
    let (mut right, mut wrong) = (0, 0);
    for landmark in all {
        let (x, y) = moved(&landmark.place);
        let near = |other: &&Landmark| (other.place.x_px - x).hypot(other.place.y_px - y) < 3.0;
        let within = |other: &&Landmark| landmark.code.distance(&other.code).bits() <= RADIUS_BITS;
        let (there, elsewhere): (Vec<_>, Vec<_>) = others.iter().partition(near);
        right += usize::from(there.iter().any(within));
        wrong += usize::from(elsewhere.iter().any(within));
    }
    (right as f32 / all.len() as f32, wrong as f32 / all.len() as f32)
}

fn changed(plane: &Plane, mut change: impl FnMut(f32) -> f32) -> Plane {
    Plane::from_fn(plane.width(), plane.height(), |x, y| change(plane.row(y)[x]))
}

#[test]
fn a_landmark_is_found_again_under_noise_light_and_coarse_steps() {
    let plane = Scene::new(1).picture();
    let landmarks = stored(&plane);
    assert!(landmarks.len() > 100, "{}", landmarks.len());
    let mut next = noise(5);
    let same = |place: &Place| (place.x_px, place.y_px);
    let edits: [(&str, Plane, f32); 4] = [
        ("noise", changed(&plane, |luma| luma + 12.0 * (next() - 0.5)), 0.7),
        ("darker", changed(&plane, |luma| 0.5 * luma + 20.0), 0.8),
        ("gamma", changed(&plane, |luma| 255.0 * (luma / 255.0).powf(0.7)), 0.8),
        ("coarse", changed(&plane, |luma| (luma / 16.0).round() * 16.0), 0.5),
    ];
    for (edit, edited, least) in edits {
        let (right, wrong) = found(&landmarks, &asked(&edited), same);
        assert!(right > least && wrong < 0.2, "{edit}: {right} right, {wrong} wrong");
    }
}

#[test]
fn a_landmark_is_found_again_turned_and_in_another_size() {
    let scene = Scene::new(2);
    let landmarks = stored(&scene.picture());
    for (size, angle, least) in
        [(1.0, 0.3f32, 0.5), (1.0, 1.2, 0.5), (0.6, 0.0, 0.2), (1.7, 0.0, 0.4), (1.3, 0.7, 0.4)]
    {
        let (sin, cos) = angle.sin_cos();
        let moved = |place: &Place| {
            let (x, y) = (size * place.x_px, size * place.y_px);
            (x * cos - y * sin + 300.0 * size * sin, x * sin + y * cos)
        };
        let others = asked(&scene.moved(size, angle));
        let (right, wrong) = found(&landmarks, &others, moved);
        assert!(right > least && wrong < 0.2, "{size} {angle}: {right} right, {wrong} wrong");
    }
}

#[test]
fn scale_and_angle_say_how_the_picture_was_moved() {
    let scene = Scene::new(2);
    let landmarks = stored(&scene.picture());
    let others = asked(&scene.moved(1.4, 0.5));
    let (mut told, mut right) = (0, 0);
    for landmark in &landmarks {
        let nearest = others.iter().min_by_key(|other| landmark.code.distance(&other.code));
        let Some(other) = nearest else { continue };
        if landmark.code.distance(&other.code).bits() <= 20 {
            told += 1;
            let size = other.place.scale_px / landmark.place.scale_px;
            let turn = (other.place.angle_rad - landmark.place.angle_rad).rem_euclid(TAU);
            right += usize::from((size - 1.4).abs() < 0.2 && (turn - 0.5).abs() < 0.15);
        }
    }
    assert!(told > 40 && right * 10 > told * 9, "{right} of {told}");
}

#[test]
fn quarter_turns_mirrors_and_inverted_colours_are_known_from_the_code() {
    let plane = Scene::new(3).picture();
    let landmarks = stored(&plane);
    let (right_edge, bottom) = (plane.width() as f32 - 1.0, plane.height() as f32 - 1.0);
    let turned = asked(&plane.clone().oriented(Orientation::Rot90));
    let (right, _) = found(&landmarks, &turned, |p| (bottom - p.y_px, p.x_px));
    assert!(right > 0.9, "{right}");

    let mut mirror = asked(&plane.clone().oriented(Orientation::Mirror));
    mirror.iter_mut().for_each(|landmark| landmark.code = mirrored(&landmark.code));
    let (right, _) = found(&landmarks, &mirror, |p| (right_edge - p.x_px, p.y_px));
    assert!(right > 0.9, "{right}");

    let mut negative = asked(&changed(&plane, |luma| 255.0 - luma));
    negative.iter_mut().for_each(|landmark| landmark.code = inverted(&landmark.code));
    let (right, _) = found(&landmarks, &negative, |p| (p.x_px, p.y_px));
    assert!(right > 0.9, "{right}");
}

#[test]
fn mirroring_and_inverting_twice_change_nothing() {
    let code = Code::from_words([3, 5 << 40, 7, 11 << 60]);
    assert!(mirrored(&mirrored(&code)) == code && inverted(&inverted(&code)) == code);
    assert!(mirrored(&inverted(&code)) == inverted(&mirrored(&code)));
}

#[test]
fn strangers_lie_far_apart() {
    let (one, other) = (stored(&Scene::new(4).picture()), asked(&Scene::new(5).picture()));
    let (mut sum, mut count, mut within) = (0u64, 0u64, 0u64);
    for (a, b) in one.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
        let bits = a.code.distance(&b.code).bits();
        sum += u64::from(bits);
        count += 1;
        within += u64::from(bits <= RADIUS_BITS);
    }
    let mean = sum as f32 / count as f32;
    assert!((110.0..146.0).contains(&mean), "{mean}");
    assert!(within * 20_000 < count, "{within} of {count}");
}

#[test]
fn every_level_finds_the_same() {
    let plane = Scene::new(6).picture();
    for setting in [Setting::STORED, Setting::ASKED] {
        let all = Level::available().into_iter().map(|level| landmarks(&plane, &setting, level));
        let all: Vec<_> = all.collect();
        assert!(all.iter().all(|found| *found == all[0]));
    }
}

#[test]
fn fewer_are_the_first_of_more() {
    let plane = Scene::new(7).picture();
    let some = Setting { most: 40, ..Setting::STORED };
    let (few, many) = (landmarks(&plane, &some, Level::best()), stored(&plane));
    assert_eq!(few.len(), 40);
    assert!(few == many[..40]);
}

#[test]
fn landmarks_are_spread_over_the_picture() {
    // All strong corners in one quarter, faint ones elsewhere.
    let mut next = noise(9);
    let scene = Scene::new(8).picture();
    let plane = Plane::from_fn(400, 300, |x, y| {
        let hard = if x < 200 && y < 150 { 90.0 * (next() - 0.5) } else { 0.0 };
        scene.row(y)[x] * 0.5 + 60.0 + hard
    });
    let found = landmarks(&plane, &Setting { most: 120, ..Setting::STORED }, Level::best());
    let quarter = |p: &Place| p.x_px < 200.0 && p.y_px < 150.0;
    let inside = found.iter().filter(|landmark| quarter(&landmark.place)).count();
    assert!(found.len() == 120 && inside < 60, "{inside} of {}", found.len());
}

#[test]
fn places_lie_in_the_picture() {
    let plane = Scene::new(10).moved(1.9, 0.2);
    let found = asked(&plane);
    assert!(found.len() > 300);
    for Landmark { place, strength, .. } in found {
        assert!((0.0..plane.width() as f32).contains(&place.x_px));
        assert!((0.0..plane.height() as f32).contains(&place.y_px));
        assert!((-PI..=PI).contains(&place.angle_rad));
        assert!(place.scale_px > 1.0 && strength > 0.0);
    }
}

#[test]
fn what_is_flat_tiny_or_a_strip_has_none() {
    let sides = [(0, 0), (1, 1), (1, 10_000), (10_000, 1), (3, 3), (31, 900), (900, 31)];
    let mut next = noise(2);
    for (width, height) in sides {
        let plane = Plane::from_fn(width, height, |_, _| 255.0 * next());
        assert_eq!(asked(&plane), [], "{width} x {height}");
    }
    assert_eq!(asked(&Plane::from_fn(400, 300, |_, _| 77.0)), []);
    assert_eq!(asked(&Plane::from_fn(400, 300, |x, y| (x + y) as f32 * 0.3)), []);
    assert_eq!(asked(&Plane::from_fn(300, 300, |_, _| f32::NAN)), []);
}

#[test]
fn ten_thousand_equal_corners_give_no_more_than_was_asked_for() {
    let tiles = Plane::from_fn(1200, 900, |x, y| ((x / 10 + y / 10) % 2) as f32 * 200.0);
    let mut next = noise(3);
    let noise = Plane::from_fn(1200, 900, |_, _| 255.0 * next());
    for plane in [tiles, noise] {
        assert!(asked(&plane).len() <= 1500);
        assert!(stored(&plane).len() <= 300);
        let none = Setting { most: 0, ..Setting::STORED };
        assert_eq!(landmarks(&plane, &none, Level::best()), []);
    }
}

#[test]
fn odd_sides_and_wild_values_do_no_harm() {
    let mut next = noise(4);
    for (width, height) in [(32, 32), (33, 57), (64, 2000), (2000, 37), (41, 40)] {
        let plane = Plane::from_fn(width, height, |_, _| match (next() * 9.0) as u32 {
            0 => f32::INFINITY,
            1 => f32::NAN,
            2 => -1e30,
            _ => 255.0 * next(),
        });
        let found = asked(&plane);
        assert!(found.iter().all(|landmark| landmark.strength.is_finite()));
    }
    let tiny = Setting { most: 9, area_px: 1, both_angles: true };
    assert_eq!(landmarks(&Scene::new(1).picture(), &tiny, Level::best()), []);
}

/// Pictures that are made to be trouble: with no corner, and with nothing else.
fn hostile() -> Vec<(&'static str, Plane)> {
    let mut next = noise(11);
    let mut coarse = vec![0.0; 40 * 30];
    coarse.iter_mut().for_each(|luma| *luma = 255.0 * next());
    let blurred = Plane::new(40, 30, coarse).unwrap();
    let blurred = scale::smoothed(&blurred, 2.0, 1000, 750, Level::best());
    let mut grain = noise(12);
    let at = |side: usize, f: &dyn Fn(usize, usize) -> f32| Plane::from_fn(side, side * 3 / 4, f);
    let is_key = |x: usize, y: usize| !x.is_multiple_of(12) && x % 12 < 10 && y % 12 < 10;
    let is_ink = |x: usize, y: usize| {
        x % 7 < 4 && y % 14 < 9 && !(x / 7 * 31 + y / 14 * 17 + x % 7 * y % 14).is_multiple_of(3)
    };
    vec![
        ("flat", at(1000, &|_, _| 140.0)),
        ("sky", at(1000, &|x, y| 120.0 + x as f32 * 0.02 + y as f32 * 0.12)),
        ("grainy sky", Plane::from_fn(1000, 750, |_, y| 120.0 + y as f32 * 0.1 + 3.0 * grain())),
        ("blurred noise", blurred),
        ("keyboard", at(1200, &|x, y| if is_key(x, y) { 235.0 } else { 40.0 })),
        ("text", at(1200, &|x, y| if is_ink(x, y) { 15.0 } else { 250.0 })),
        ("tiles", at(1000, &|x, y| ((x / 5 + y / 5) % 2) as f32 * 255.0)),
        ("checkerboard", at(1000, &|x, y| ((x + y) % 2) as f32 * 255.0)),
        ("wide strip", Plane::from_fn(10_000, 1, |_, _| 255.0 * next())),
        ("high strip", Plane::from_fn(1, 10_000, |x, y| ((x + y) % 9) as f32 * 28.0)),
        ("small", Plane::from_fn(33, 33, |x, y| ((x * x + y * 7) % 256) as f32)),
        ("noise", Plane::from_fn(2309, 1732, |_, _| 255.0 * grain())),
    ]
}

#[test]
fn trouble_gives_no_more_landmarks_than_asked_and_the_same_ones_each_time() {
    for (name, plane) in hostile() {
        for setting in [Setting::STORED, Setting::ASKED] {
            let found = landmarks(&plane, &setting, Level::best());
            assert!(found.len() <= setting.most, "{name}: {}", found.len());
            for Landmark { place, strength, .. } in &found {
                let Place { x_px, y_px, scale_px, angle_rad } = *place;
                assert!(
                    [x_px, y_px, scale_px, angle_rad, *strength].iter().all(|n| n.is_finite()),
                    "{name}"
                );
                assert!((0.0..plane.width() as f32).contains(&x_px), "{name}: {x_px}");
                assert!((0.0..plane.height() as f32).contains(&y_px), "{name}: {y_px}");
            }
            assert!(found == landmarks(&plane, &setting, Level::best()), "{name}");
        }
    }
}

#[test]
fn what_has_no_corners_has_no_landmarks() {
    for (name, plane) in hostile() {
        let found = asked(&plane).len();
        match name {
            "flat" | "sky" | "wide strip" | "high strip" => assert_eq!(found, 0, "{name}"),
            "keyboard" | "text" | "noise" => assert_eq!(found, Setting::ASKED.most, "{name}"),
            _ => {}
        }
    }
}

#[test]
fn the_peaks_that_are_looked_at_are_bounded_by_the_setting() {
    for (name, plane) in hostile() {
        let layers = pyramid::layers(&plane, Setting::ASKED.area_px, Level::best());
        let most = Setting::ASKED.most * SURPLUS;
        let blobs = find::blobs(&layers, most, Level::best()).len();
        assert!(blobs <= most * layers.len(), "{name}: {blobs}");
        let few = find::blobs(&layers, 5, Level::best()).len();
        assert!(few <= 5 * layers.len(), "{name}: {few}");
    }
}
