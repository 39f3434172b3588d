//! Evidence L1: what the bytes of a component are, without running them.

use crate::PackError;
use telos_abi::limit::PACK_BYTES_MAX;
use wasmparser::{ComponentExternalKind, MemoryType, Parser, Payload, Validator};

/// Most bytes of memory that a pack may declare.
const MEMORY_BYTES_MAX: u64 = 1 << 30;
/// Bytes of a wasm page.
const PAGE_BYTES: u64 = 64 << 10;
/// Most core modules in a component: the pack's own and the shims that wit-component adds.
const MODULES_MAX: usize = 8;
/// The one interface a pack exports.
const EXPORT: &str = "telos:pack/primitives@1.0.0";

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Core modules.
    pub modules: usize,
    /// Largest memory that can be asked for, in bytes.
    pub memory_bytes: u64,
}

/// Checks that a component is valid, imports nothing, exports the pack interface, and has one bounded memory.
///
/// # Errors
/// [`PackError::Structure`] with the first thing that is wrong. Total on any bytes.
pub fn inspect(component: &[u8]) -> Result<Structure, PackError> {
    let refuse = |what: String| Err(PackError::Structure(what));
    if component.len() > PACK_BYTES_MAX {
        return refuse(format!("it has {} bytes, and {PACK_BYTES_MAX} are the most", component.len()));
    }
    if !Parser::is_component(component) {
        return refuse(String::from("it is not a wasm component"));
    }
    if let Err(error) = Validator::new().validate_all(component) {
        return refuse(format!("it is not valid: {error}"));
    }
    let mut found = Found::default();
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            Ok(payload) => found.take(&payload)?,
            Err(error) => return refuse(format!("it cannot be read: {error}")),
        }
    }
    if !found.exports_pack {
        return refuse(format!("it does not export `{EXPORT}`"));
    }
    let [memory] = found.memories.as_slice() else {
        return refuse(format!("it has {} memories, not one", found.memories.len()));
    };
    Ok(Structure { modules: found.modules, memory_bytes: memory_bytes(memory)? })
}

fn memory_bytes(memory: &MemoryType) -> Result<u64, PackError> {
    let bytes = memory.maximum.and_then(|pages| pages.checked_mul(PAGE_BYTES));
    match bytes {
        Some(bytes) if bytes <= MEMORY_BYTES_MAX && !memory.memory64 && !memory.shared => Ok(bytes),
        Some(bytes) => Err(PackError::Structure(format!("its memory may grow to {bytes} bytes"))),
        None => Err(PackError::Structure(String::from("its memory has no maximum"))),
    }
}

#[derive(Default)]
struct Found {
    /// How deep inside nested modules and components the reader is.
    depth: usize,
    modules: usize,
    memories: Vec<MemoryType>,
    exports_pack: bool,
}

impl Found {
    fn take(&mut self, payload: &Payload<'_>) -> Result<(), PackError> {
        let unreadable = |error: wasmparser::BinaryReaderError| PackError::Structure(error.to_string());
        match payload {
            Payload::ModuleSection { .. } => {
                self.modules += 1;
                if self.modules > MODULES_MAX {
                    return Err(PackError::Structure(format!("it has more than {MODULES_MAX} core modules")));
                }
                self.depth += 1;
            }
            Payload::ComponentSection { .. } => self.depth += 1,
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            Payload::StartSection { .. } => {
                return Err(PackError::Structure(String::from("a core module has a start function")));
            }
            Payload::ComponentStartSection { .. } => {
                return Err(PackError::Structure(String::from("it has a start function")));
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    self.memories.push(memory.map_err(unreadable)?);
                }
            }
            // A nested component's imports are satisfied by the outer one, which can satisfy them only from within.
            Payload::ComponentImportSection(section) if self.depth == 0 => {
                if let Some(import) = section.clone().into_iter().next() {
                    let name = import.map_err(unreadable)?.name.name;
                    return Err(PackError::Structure(format!("it imports `{name}`; a pack imports nothing")));
                }
            }
            Payload::ComponentExportSection(section) if self.depth == 0 => {
                for export in section.clone() {
                    let export = export.map_err(unreadable)?;
                    self.exports_pack |= export.name.name == EXPORT && export.kind == ComponentExternalKind::Instance;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
