//! One chain of streaming nodes on several threads.
//!
//! 1. **Only chains are divided**: where each node streams into one other at most, what a node sees is the same
//!    however the chain is cut and whatever the threads do.
//! 2. **Only long streams are divided**, after it was measured what each node costs; a thread is not worth it before.
//! 3. **What waits is bounded**: few pieces between two lanes, then the earlier one waits.
//! 4. **The failure on the earliest data is told.** A later lane works on earlier data, so its failure comes first, as
//!    it would on one thread; and it takes everything that was sent before it looks at how the earlier lane ended.

use crate::Cause;
use crate::pipe::{Active, Piece, Pipe};
use crate::stage::Failed;
use std::panic;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;
use telos_abi::{NodeIndex, PortIndex};

/// Pieces that wait between two lanes.
pub(crate) const WAITING_MAX: usize = 4;

/// When a chain is divided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lanes {
    /// Most lanes of a run.
    pub(crate) most: usize,
    /// Bytes after which it is known what each node costs.
    pub(crate) after_bytes: u64,
    /// Instead of where it pays: cuts before these positions, one in each bit.
    #[cfg(test)]
    pub(crate) forced: Option<u64>,
}

/// Threads that run at once here. Asked once: on Linux it reads the control group's quota from several files, which
/// takes as long as some nodes.
pub(crate) fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

impl Default for Lanes {
    fn default() -> Self {
        Self {
            most: cores(),
            after_bytes: 4 << 20,
            #[cfg(test)]
            forced: None,
        }
    }
}

impl Lanes {
    fn cuts(&self, costs: &[Duration], threads: usize) -> Vec<usize> {
        #[cfg(test)]
        if let Some(forced) = self.forced {
            return (1..costs.len()).filter(|at| forced >> at & 1 == 1).collect();
        }
        cuts(costs, threads)
    }
}

/// What passes between two lanes.
enum Message {
    Piece(PortIndex, Piece<'static>),
    /// All came; the earlier lane ended well. One that fails only goes away.
    End,
}

/// The way from a lane to the next one.
pub(crate) struct Outlet {
    to: NodeIndex,
    send: SyncSender<Message>,
}

impl Outlet {
    pub(crate) fn leads_to(&self, node: NodeIndex) -> bool {
        self.to == node
    }

    pub(crate) fn send(&self, port: PortIndex, piece: Piece<'_>) -> Result<(), Cause> {
        let piece = match piece {
            Piece::Lent(bytes) => Piece::held(bytes.to_vec()),
            Piece::Held(bytes, part) => Piece::Held(bytes, part),
        };
        // The next lane is gone only when it failed, and then its failure is the one told.
        self.send.send(Message::Piece(port, piece)).map_err(|_| Cause::Cancelled)
    }
}

/// Nodes at the end of a chain, and what comes to the first of them.
pub(crate) struct Lane<'s, 'e, 'r, 'a> {
    pipe: Pipe<'s, 'e, 'r, 'a>,
    receive: Receiver<Message>,
}

impl<'s, 'r: 's, 'a: 'r> Lane<'s, '_, 'r, 'a> {
    /// Divides the end of a pipe off into lanes of about the same cost, where that pays.
    pub(crate) fn divide(pipe: &mut Pipe<'s, '_, 'r, 'a>) {
        let costs: Vec<Duration> = pipe.active.iter().map(|active| active.spent).collect();
        for cut in pipe.run.lanes.cuts(&costs, pipe.threads).into_iter().rev() {
            let (send, receive) = sync_channel(WAITING_MAX);
            // The lane is handed over only when there is a thread to take it.
            let (hand, take) = sync_channel::<Lane<'_, '_, '_, '_>>(1);
            let named = thread::Builder::new().name("telos-lane".into());
            let started = named.spawn_scoped(pipe.scope, move || take.recv().map_or(Ok(()), Lane::run));
            // Where the machine refuses a thread, this one does the work.
            let Ok(handle) = started else { continue };
            let active = pipe.active.split_off(cut);
            let to = active[0].node.index;
            let place = active.iter().enumerate().map(|(at, active)| (active.node.index, at)).collect();
            pipe.place.retain(|_, at| *at < cut);
            let outlet = pipe.outlet.replace(Outlet { to, send });
            let rest = Pipe {
                active,
                place,
                outlet,
                measures: false,
                threads: 1,
                lanes: Vec::new(),
                run: pipe.run,
                scope: pipe.scope,
            };
            pipe.lanes.push(handle);
            // It waits for this, so it is there.
            let _ = hand.send(Lane { pipe: rest, receive });
        }
    }

    fn run(self) -> Result<(), Failed> {
        let Self { mut pipe, receive } = self;
        loop {
            match receive.recv() {
                Ok(Message::Piece(port, piece)) => pipe.push(0, port, &piece)?,
                Ok(Message::End) => return pipe.run_to_end(),
                // The earlier lane failed and tells why.
                Err(_) => return Ok(()),
            }
        }
    }
}

/// Tells the next lane how this one ended and waits for all that were divided off.
pub(crate) fn join(
    own: Result<(), Failed>,
    outlet: Option<Outlet>,
    lanes: Vec<ScopedJoinHandle<'_, Result<(), Failed>>>,
) -> Result<(), Failed> {
    if let (Ok(()), Some(outlet)) = (&own, &outlet) {
        // As in `Outlet::send`.
        let _ = outlet.send.send(Message::End);
    }
    drop(outlet);
    let mut last = None;
    for lane in lanes {
        let ended = lane.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
        last = last.or(ended.err());
    }
    last.map_or(own, Err)
}

/// Whether each node streams into the next one and nowhere else.
pub(crate) fn is_chain(active: &[Active<'_, '_>]) -> bool {
    active.windows(2).all(|pair| {
        let mut streams = pair[0].node.streams.iter().flatten();
        streams.next().is_some_and(|(to, _)| *to == pair[1].node.index) && streams.next().is_none()
    })
}

/// Where to cut a chain whose nodes cost this much into at most `lanes` parts. None where the dearest node is nearly
/// all there is.
fn cuts(costs: &[Duration], lanes: usize) -> Vec<usize> {
    let total: Duration = costs.iter().sum();
    let share = total / u32::try_from(lanes.clamp(1, 64)).unwrap_or(1);
    let (mut cuts, mut sum) = (Vec::new(), Duration::ZERO);
    for (at, cost) in costs.iter().enumerate() {
        // Cut before a node that would take the lane further above its share than it is below without it.
        if at > 0 && cuts.len() + 1 < lanes && sum + *cost / 2 >= share {
            cuts.push(at);
            sum = Duration::ZERO;
        }
        sum += *cost;
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::cuts;
    use std::time::Duration;

    fn cut(costs: &[u64], lanes: usize) -> Vec<usize> {
        let costs: Vec<_> = costs.iter().copied().map(Duration::from_millis).collect();
        cuts(&costs, lanes)
    }

    #[test]
    fn chain_is_cut_where_its_parts_cost_about_the_same() {
        assert_eq!(cut(&[1, 1, 1, 1], 2), [2]);
        assert_eq!(cut(&[10, 1, 1, 8], 2), [1]);
        assert_eq!(cut(&[1, 1, 10], 2), [2]);
        assert_eq!(cut(&[5, 5, 5], 3), [1, 2]);
        assert_eq!(cut(&[5, 5, 5], 1), [] as [usize; 0]);
        assert_eq!(cut(&[5], 4), [] as [usize; 0]);
    }
}
