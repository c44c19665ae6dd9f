//! Compiles the JPEG reader against the libjpeg-turbo that turbojpeg-sys built, and finds libheif
//! and FFmpeg.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    compile_jpeg_reader();
    #[cfg(feature = "heif")]
    find_libheif();
    #[cfg(feature = "clip")]
    find_ffmpeg();
}

fn compile_jpeg_reader() {
    println!("cargo::rerun-if-changed=src/jpeg/reader.c");
    let mut build = cc::Build::new();
    // Set by turbojpeg-sys: the folders that hold jpeglib.h.
    if let Ok(folders) = std::env::var("DEP_TURBOJPEG_INCLUDE") {
        build.includes(folders.split(','));
    }
    build.file("src/jpeg/reader.c").std("c11").warnings(true).compile("athar_jpeg");
}

/// Older libraries than 1.13 have no say in how many threads decode the tiles of a picture.
#[cfg(feature = "heif")]
fn find_libheif() {
    println!("cargo::rustc-check-cfg=cfg(libheif_thread_limit)");
    let mut config = pkg_config::Config::new();
    // It is loaded when it is needed, and not linked: here it is asked only how old it is.
    let found = config.cargo_metadata(false).atleast_version("1.12").probe("libheif");
    let library = found.unwrap_or_else(|error| {
        panic!("HEIC and AVIF need libheif 1.12 or newer (apt-get install libheif-dev), or build without the feature `heif`: {error}")
    });
    let minor = library.version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    if !library.version.starts_with("1.") || minor >= Some(13) {
        println!("cargo::rustc-cfg=libheif_thread_limit");
    }
}

/// FFmpeg is loaded when it is needed: nothing here calls what ffmpeg-sys-next would link. Here it is
/// asked only how old it is. Since 6.1 what a container
/// says of a stream stands with the stream's parameters.
#[cfg(feature = "clip")]
fn find_ffmpeg() {
    println!("cargo::rustc-check-cfg=cfg(ffmpeg_coded_side_data)");
    let mut config = pkg_config::Config::new();
    let found = config.cargo_metadata(false).atleast_version("59.37").probe("libavcodec");
    let library = found.unwrap_or_else(|error| {
        panic!("clips and sound need FFmpeg 5.1 or newer (apt-get install libavformat-dev libswscale-dev), or build without the feature `clip`: {error}")
    });
    let mut numbers = library.version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version >= (60, 31) {
        println!("cargo::rustc-cfg=ffmpeg_coded_side_data");
    }
}
