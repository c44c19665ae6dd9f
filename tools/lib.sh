# shellcheck shell=bash
# What tools/demo and tools/test share: system packages, Rust, and who runs what.
#
# Called as root, these scripts install packages and go on as root. Called through sudo, they
# install packages as root and do the rest as the person who called, so that no file of theirs
# ends up owned by root. Called as an ordinary user, they ask sudo for packages alone.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
rust_wanted=1.89

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Everything that is needed from the system, one a line: Debian package, probe, what for.
# A probe that succeeds means that nothing has to be installed, however it got here.
needs() {
    cat <<'LIST'
build-essential|cc --version && c++ --version && make --version|a C compiler, for libjpeg-turbo and SQLite
cmake|cmake --version|building libjpeg-turbo
pkg-config|pkg-config --version|finding libheif and FFmpeg
libheif-dev|pkg-config --exists libheif|HEIC and AVIF pictures
libavformat-dev|pkg-config --exists libavformat libavcodec libswresample|clips and sound
libswscale-dev|pkg-config --exists libswscale|clips of rare kinds of pixels
ffmpeg|ffmpeg -version && ffprobe -version|making clips and recordings that are then looked for
fonts-noto-core|test -n "$(find /usr/share/fonts /usr/local/share/fonts -name 'NotoNaskhArabic-Regular.ttf' -print -quit 2>/dev/null)"|the PDF of an evidence packet
libssl-dev|pkg-config --exists libcrypto|encrypted stores
openssl|openssl version|an authority for the tests of time stamps
libclang-dev|test -n "$LIBCLANG_PATH$(find /usr/lib /usr/lib64 -name libclang.so -print -quit 2>/dev/null)"|reading FFmpeg's declarations
LIST
    case $(uname -m) in
    x86_64 | i?86) echo 'nasm|nasm -v|the vector code of libjpeg-turbo' ;;
    esac
    if [ "${1:-}" = demo ]; then
        echo 'python3-pip|python3 -c "import pip"|fetching the photographs'
    fi
}

# Decoders that newer releases keep apart from libheif itself. Older ones do not know them.
heif_plugins='libheif-plugin-libde265 libheif-plugin-aomdec'

missing_packages() {
    local package probe _what
    needs "${1:-}" | while IFS='|' read -r package probe _what; do
        sh -c "$probe" >/dev/null 2>&1 || printf '%s\n' "$package"
    done
    command -v apt-cache >/dev/null || return 0
    for package in $heif_plugins; do
        if apt-cache show "$package" >/dev/null 2>&1 && ! dpkg -s "$package" >/dev/null 2>&1; then
            printf '%s\n' "$package"
        fi
    done
}

# Installs what is missing, or says plainly what to do.
install_packages() {
    local task=${1:-} missing prefix=''
    missing=$(missing_packages "$task")
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086 # a list of names
    set -- $missing
    if ! command -v apt-get >/dev/null; then
        say "This is not Debian or Ubuntu, so nothing is installed. Needed, by Debian's names: $*"
        say 'Going on: the build will say what it misses.'
        return 0
    fi
    if [ "$(id -u)" -ne 0 ]; then
        may_sudo || die "Missing: $*
They cannot be installed from here (not root, and sudo does not answer). Run this, then try again:
    sudo apt-get install --yes $*"
        prefix='sudo'
    fi
    say "Installing by apt: $*"
    $prefix apt-get update -qq || say 'apt-get update failed; trying with the lists that are there.'
    # shellcheck disable=SC2046 # a list of names; the update may have made more of them known
    $prefix env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
        "$@" $(missing_packages | grep '^libheif-plugin' || true) >/dev/null ||
        die "apt-get could not install: $*"
    missing=$(missing_packages "$task")
    # shellcheck disable=SC2086 # a list of names
    [ -z "$missing" ] || say "Installed, but still not working:" $missing
}

# sudo without a question, or with one where somebody can answer it.
may_sudo() {
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ]; }
}

home_of() { getent passwd "$1" | cut -d: -f6; }

# Called through sudo in a tree of the caller's: the caller does the rest. Does not return then.
step_down() {
    [ "$(id -u)" -eq 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ] || return 0
    command -v runuser >/dev/null && [ "$(stat -c %U "$root")" = "$SUDO_USER" ] || return 0
    local home
    home=$(home_of "$SUDO_USER")
    runuser -u "$SUDO_USER" -- env HOME="$home" PATH="$home/.cargo/bin:$PATH" \
        sh -c 'command -v cargo' >/dev/null 2>&1 || return 0
    exec runuser -u "$SUDO_USER" -- env HOME="$home" PATH="$home/.cargo/bin:$PATH" \
        "$root/tools/$(basename "$0")" "$@"
}

# Puts cargo into PATH: ours, the caller's own, or that of the person behind sudo.
find_rust() {
    local home
    if ! command -v cargo >/dev/null && [ -x "${CARGO_HOME:-${HOME:-/root}/.cargo}/bin/cargo" ]; then
        PATH="${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH"
    fi
    if ! command -v cargo >/dev/null && [ -n "${SUDO_USER:-}" ]; then
        home=$(home_of "$SUDO_USER")
        if [ -x "$home/.cargo/bin/cargo" ]; then
            PATH="$home/.cargo/bin:$PATH"
            # Their toolchain, our own cache.
            export RUSTUP_HOME="${RUSTUP_HOME:-$home/.rustup}"
        fi
    fi
    if ! command -v cargo >/dev/null && [ -x /usr/local/cargo/bin/cargo ]; then
        PATH="/usr/local/cargo/bin:$PATH"
    fi
    export PATH
    command -v cargo >/dev/null ||
        die 'Rust is not installed: no cargo in PATH, none in ~/.cargo/bin. Get it from https://rustup.rs and try again.'
    check_rust
}

check_rust() {
    local have
    have=$(rustc --version 2>/dev/null | cut -d' ' -f2) || have=''
    [ -n "$have" ] || die 'rustc does not answer. With rustup: rustup default stable'
    [ "$(printf '%s\n%s\n' "$rust_wanted" "${have%%-*}" | sort -V | head -n 1)" = "$rust_wanted" ] ||
        die "Rust $rust_wanted or newer is needed, this is $have. With rustup: rustup update stable"
}

# rustfmt and clippy, where rustup can bring them.
add_components() {
    cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return 0
    command -v rustup >/dev/null || return 0
    say 'Adding by rustup: rustfmt clippy'
    rustup component add rustfmt clippy >/dev/null 2>&1 ||
        say 'rustup could not add them; what needs them will be skipped, and said so.'
}

# Runs one of the project's own tasks in place of this script.
xtask() {
    cd "$root" || exit 1
    [ -e "${CARGO_TARGET_DIR:-target}/debug/xtask" ] ||
        say "Building the project's own tools first, a minute or two …"
    exec cargo run --quiet --locked --package xtask -- "$@"
}
