//! Locked files.

use rustix::fs::{FlockOperation, flock};
use std::fs::File;
use std::io;
use std::ops::Deref;

/// A file that this value holds locked against others. The lock is given up by name when the value is dropped: closing
/// the file alone would leave it to a child that another thread is about to start, which has the file until it starts
/// its program (flock(2)), and a segment that nobody writes would be taken for a live one.
#[derive(Debug)]
pub(crate) struct Locked(File);

impl Locked {
    /// Waits for the lock.
    pub(crate) fn wait(file: File) -> io::Result<Self> {
        loop {
            match flock(&file, FlockOperation::LockExclusive) {
                Ok(()) => return Ok(Self(file)),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// `None` if somebody else holds it.
    pub(crate) fn now(file: File) -> io::Result<Option<Self>> {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing follows and gives it up as well, if later.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a child has between fork and exec.
    #[test]
    fn a_copy_of_the_descriptor_does_not_keep_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let held = Locked::wait(File::create(&path).unwrap()).unwrap();
        let copy = held.try_clone().unwrap();
        assert!(Locked::now(File::open(&path).unwrap()).unwrap().is_none());
        drop(held);
        assert!(Locked::now(File::open(&path).unwrap()).unwrap().is_some());
        drop(copy);
    }
}
