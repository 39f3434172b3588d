//! `data.hash`: digests and checksums.

use md5::Md5;
use sha1::Sha1;
use sha2::digest::{Digest as _, DynDigest};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use sha3::Sha3_256;
use telos_pack::{Args, Failure, Out, Running, Value};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let hash = |state: Box<dyn DynDigest>| Hash::Cryptographic(state);
    Ok(Box::new(match args.choice(1)?.as_str() {
        "sha256" => hash(Box::new(Sha256::new())),
        "sha512" => hash(Box::new(Sha512::new())),
        "sha384" => hash(Box::new(Sha384::new())),
        "sha224" => hash(Box::new(Sha224::new())),
        "sha3-256" => hash(Box::new(Sha3_256::new())),
        "sha1" => hash(Box::new(Sha1::new())),
        "md5" => hash(Box::new(Md5::new())),
        "blake3" => Hash::Blake3(Box::new(blake3::Hasher::new())),
        "crc32" => Hash::Crc32(crc32fast::Hasher::new()),
        other => return Err(Failure::Internal(format!("`{other}` is not a digest"))),
    }))
}

enum Hash {
    Cryptographic(Box<dyn DynDigest>),
    Blake3(Box<blake3::Hasher>),
    Crc32(crc32fast::Hasher),
}

impl Running for Hash {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        match self {
            Self::Cryptographic(hash) => hash.update(chunk),
            Self::Blake3(hash) => {
                hash.update(chunk);
            }
            Self::Crc32(hash) => hash.update(chunk),
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let digest = match self {
            Self::Cryptographic(hash) => {
                let mut digest = vec![0; hash.output_size()];
                let fits = hash.finalize_into_reset(&mut digest);
                fits.map_err(|_| Failure::Internal(String::from("a digest has another size than it says")))?;
                digest
            }
            Self::Blake3(hash) => hash.finalize().as_bytes().to_vec(),
            Self::Crc32(hash) => hash.clone().finalize().to_be_bytes().to_vec(),
        };
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        out.value(0, &Value::Text(digits));
        Ok(())
    }
}
