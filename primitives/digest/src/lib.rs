//! Pack `digest`: cryptographic digests of streams.
#![deny(unsafe_code)]

use sha2::{Digest as _, Sha256, Sha512};
use telos_pack::{Args, Failure, Out, Pack, Running, Value};

/// The pack.
pub const PACK: Pack = Pack { descriptors: telos_describe::packs::digest::descriptors, primitives: &[start] };

telos_pack::export_pack!(crate::PACK);

fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(match args.choice(1)?.as_str() {
        "sha256" => Hash::Sha256(Sha256::new()),
        "sha512" => Hash::Sha512(Sha512::new()),
        "blake3" => Hash::Blake3(Box::new(blake3::Hasher::new())),
        other => return Err(Failure::Internal(format!("`{other}` is not a digest"))),
    }))
}

enum Hash {
    Sha256(Sha256),
    Sha512(Sha512),
    Blake3(Box<blake3::Hasher>),
}

impl Running for Hash {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        match self {
            Self::Sha256(hash) => hash.update(chunk),
            Self::Sha512(hash) => hash.update(chunk),
            Self::Blake3(hash) => {
                hash.update(chunk);
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let digest = match self {
            Self::Sha256(hash) => hash.finalize_reset().to_vec(),
            Self::Sha512(hash) => hash.finalize_reset().to_vec(),
            Self::Blake3(hash) => hash.finalize().as_bytes().to_vec(),
        };
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        out.value(0, &Value::Text(digits));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::PACK;
    use telos_describe::choose;
    use telos_pack::Value;
    use telos_pack::testing::run;

    /// Published test vectors: FIPS 180-4 examples for "abc"; BLAKE3's for the empty input.
    const VECTORS: [(&str, &str, &str); 3] = [
        ("sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "sha512",
            "abc",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        ("blake3", "", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
    ];

    #[test]
    fn published_vectors_hold() {
        for (algorithm, input, digest) in VECTORS {
            let given = run(&PACK, "data.hash", input.as_bytes(), 1, &[("algorithm", choose(algorithm))]).unwrap();
            assert_eq!(given.values["digest"], Value::Text(digest.into()), "{algorithm}");
        }
    }
}
