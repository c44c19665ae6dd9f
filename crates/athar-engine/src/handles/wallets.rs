//! Addresses of coins. One with a wrong checksum was mistyped: it is kept, and is no wallet.

use super::{Handle, HandleKind};
use sha2::{Digest, Sha256};

/// The wallet of an address: Bitcoin's (base58 with checksum, or segregated witness in bech32,
/// BIP 173 and 350), Tron's (base58 with checksum), or one of Ethereum and the networks that use
/// its form.
pub(super) fn wallet(text: &str) -> Option<Handle> {
    let address = text.split_once(':').map_or(text, |(_, address)| address).trim();
    let (platform, value) =
        witness(address).or_else(|| base58(address)).or_else(|| ether(address))?;
    Some(Handle { kind: HandleKind::Wallet, platform: platform.into(), value })
}

fn witness(address: &str) -> Option<(&'static str, String)> {
    let (network, _, _) = bech32::segwit::decode(address).ok()?;
    (network == bech32::hrp::BC).then(|| ("bitcoin", address.to_ascii_lowercase()))
}

/// The first byte of what a base58 address says tells whose it is.
fn base58(address: &str) -> Option<(&'static str, String)> {
    // A checksum over more than an address holds would only cost time.
    if address.len() > 64 {
        return None;
    }
    let bytes = bs58::decode(address).into_vec().ok()?;
    let (payload, check) = bytes.split_at_checked(21)?;
    if Sha256::digest(Sha256::digest(payload))[..4] != *check {
        return None;
    }
    let platform = match payload.first()? {
        0x00 | 0x05 => "bitcoin",
        0x41 => "tron",
        _ => return None,
    };
    Some((platform, address.to_owned()))
}

fn ether(address: &str) -> Option<(&'static str, String)> {
    let digits = address.strip_prefix("0x").or(address.strip_prefix("0X"))?;
    let is_address = digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_address.then(|| ("ethereum", format!("0x{}", digits.to_ascii_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String)> {
        wallet(text).map(|handle| (handle.platform, handle.value))
    }

    /// The first address is that of Bitcoin's first block; the second and third are from BIP 173
    /// and BIP 350; the last is Tron's contract of USDT.
    #[test]
    fn addresses_are_recognised_by_their_checksums() {
        for (text, platform, value) in [
            ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
            (
                "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
                "bitcoin",
                "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            ),
            (
                "bitcoin:bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
                "bitcoin",
                "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            ),
            (
                "0x52908400098527886E0F7030069857D2E4169EE7",
                "ethereum",
                "0x52908400098527886e0f7030069857d2e4169ee7",
            ),
            ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
        ] {
            assert_eq!(read(text), Some((platform.to_owned(), value.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_mistyped_address_is_no_wallet() {
        for text in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
            "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u",
            "0x5290",
            "",
            "zero",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"1".repeat(500)), None);
    }
}
