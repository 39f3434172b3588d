//! The agent's way out: granted hosts pinned to addresses, names answered by the guard, connections made on behalf.
//!
//! The agent's network namespace holds a loopback interface and nothing else. A granted connection is made outside by
//! the guard and handed in, so there is no route that a forgotten protocol could take.

use crate::error::GuardError;
use crate::sys::{self, Sys};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use telos_abi::{EffectKind, HostName, Resource};
use telos_policy::Permit;

/// Seconds that a connection made on behalf may take.
const CONNECT_SECONDS: i64 = 30;
/// Most addresses pinned for one name.
const ADDRESSES_MAX: usize = 16;
/// Largest question a resolver stub is asked, in bytes.
pub(crate) const QUESTION_BYTES_MAX: usize = 512;

/// Granted hosts with the addresses they had when the agent started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pins(Vec<(HostName, IpAddr)>);

impl Pins {
    /// Resolves the granted hosts.
    ///
    /// # Errors
    /// When a host cannot be pinned: a wildcard, a name that does not resolve, or a public name that resolves to
    /// a private address (which would turn a grant for a stranger's name into a grant for this network).
    pub(crate) fn resolve(hosts: &[HostName]) -> Result<Self, GuardError> {
        let mut out = Vec::new();
        for host in hosts {
            let refuse = |why: String| GuardError::Specification { what: host.name.clone(), why };
            if host.name.starts_with("*.") {
                return Err(refuse("names beneath a wildcard cannot be resolved in advance; name each host".into()));
            }
            let port = host.port.unwrap_or(443);
            let literal = host.name.parse::<IpAddr>().is_ok() || host.name == "localhost";
            let found = (host.name.as_str(), port).to_socket_addrs().map_err(|error| {
                refuse(format!("it cannot be resolved ({error}); check the name, or the machine's network"))
            })?;
            for address in found.map(|address| address.ip().to_canonical()).take(ADDRESSES_MAX) {
                if !literal && !is_public(address) {
                    return Err(refuse(format!(
                        "it resolves to {address}, which is not a public address; grant the address itself if it is meant"
                    )));
                }
                out.push((host.clone(), address));
            }
        }
        Ok(Self(out))
    }

    /// The pinned pairs.
    pub(crate) fn list(&self) -> &[(HostName, IpAddr)] {
        &self.0
    }

    /// The granted host that an address and port belong to.
    pub(crate) fn host_of(&self, address: SocketAddr) -> Option<&HostName> {
        let canonical = address.ip().to_canonical();
        self.0
            .iter()
            .find(|(host, pinned)| *pinned == canonical && host.port.is_none_or(|port| port == address.port()))
            .map(|(host, _)| host)
    }

    fn addresses_of(&self, name: &str) -> impl Iterator<Item = IpAddr> {
        self.0.iter().filter(move |(host, _)| host.name == name).map(|(_, address)| *address)
    }
}

/// Whether an address is one of the public internet's.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || shared)
        }
        IpAddr::V6(v6) => {
            let site_local = v6.segments()[0] & 0xffc0 == 0xfec0;
            let carried = carried(v6).is_none_or(|v4| is_public(v4.into()));
            carried
                && !site_local
                && !(v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local())
        }
    }
}

/// The IPv4 address that translators and tunnels find in an IPv6 one: `::a.b.c.d`, `64:ff9b::a.b.c.d`, `2002:ab:cd::`.
fn carried(v6: std::net::Ipv6Addr) -> Option<std::net::Ipv4Addr> {
    let octets = v6.octets();
    let last = || [octets[12], octets[13], octets[14], octets[15]].into();
    match v6.segments() {
        [0x2002, ..] => Some([octets[2], octets[3], octets[4], octets[5]].into()),
        [0, 0, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(last()),
        _ => None,
    }
}

/// A socket address as the agent's memory holds it. `None` for families other than IP.
pub(crate) fn parse_address(bytes: &[u8]) -> Option<SocketAddr> {
    let family = i32::from(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?));
    let port = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
    if family == libc::AF_INET {
        let octets: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
        Some(SocketAddr::new(IpAddr::from(octets), port))
    } else if family == libc::AF_INET6 {
        let octets: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
        Some(SocketAddr::new(IpAddr::from(octets).to_canonical(), port))
    } else {
        None
    }
}

/// Connects to a permitted address in the host's network and puts the connection in place of the agent's socket.
///
/// # Errors
/// The kernel's answer to the connection, or why the agent's socket cannot be replaced: only TCP is carried.
#[expect(clippy::needless_pass_by_value, reason = "a permit is used up")]
pub(crate) fn connect_for(
    permit: Permit,
    address: SocketAddr,
    listener: BorrowedFd<'_>,
    id: u64,
    pid: i32,
    theirs: u32,
) -> Sys<()> {
    if permit.effect().kind != EffectKind::NetConnect || !matches!(permit.effect().resource, Resource::Host(_)) {
        return Err(Errno::ACCESS);
    }
    let process = sys::open_process(pid)?;
    if !sys::still_waits(listener, id) {
        return Err(Errno::SRCH);
    }
    let socket = sys::take_descriptor(process.as_fd(), theirs)?;
    if sockopt::socket_type(&socket)? != SocketType::STREAM {
        return Err(Errno::ACCESS);
    }
    let family = sockopt::socket_domain(&socket)?;
    let flags = rustix::fs::fcntl_getfl(&socket)?;
    let waits = !flags.contains(OFlags::NONBLOCK);
    let (ours, address) = outside(family, address)?;
    let result = match rustix::net::connect(&ours, &address) {
        Err(Errno::INPROGRESS) if waits => finish(&ours),
        other => other,
    };
    if result.is_ok() || result == Err(Errno::INPROGRESS) {
        if waits {
            rustix::fs::fcntl_setfl(&ours, flags)?;
        }
        sys::replace_descriptor(listener, id, ours.as_fd(), theirs, true)?;
    }
    result
}

/// A non-blocking TCP socket in our own network, of the family the agent chose.
fn outside(family: AddressFamily, address: SocketAddr) -> Sys<(OwnedFd, SocketAddr)> {
    let address = match address {
        SocketAddr::V4(v4) if family == AddressFamily::INET6 => {
            SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port())
        }
        other => other,
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    Ok((rustix::net::socket_with(family, SocketType::STREAM, flags, None)?, address))
}

fn finish(socket: &OwnedFd) -> Sys<()> {
    let mut ready = [PollFd::new(socket, PollFlags::OUT)];
    let wait = Timespec { tv_sec: CONNECT_SECONDS, tv_nsec: 0 };
    if poll(&mut ready, Some(&wait))? == 0 {
        return Err(Errno::TIMEDOUT);
    }
    sockopt::socket_error(socket)?
}

/// A question for a name's addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    id: [u8; 2],
    /// Lower case, no trailing dot.
    pub(crate) name: String,
    kind: u16,
    /// The question section as asked, to be repeated in the answer.
    section: Vec<u8>,
}

const TYPE_A: u16 = 1;
const TYPE_AAAA: u16 = 28;

/// Reads one question (RFC 1035). `None` for anything else; total on arbitrary bytes.
pub(crate) fn parse_question(bytes: &[u8]) -> Option<Question> {
    let header = bytes.get(..12)?;
    if header[2] & 0x80 != 0 || header[4..6] != [0, 1] {
        return None;
    }
    let mut at = 12;
    let mut labels: Vec<String> = Vec::new();
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        if length > 63 {
            return None;
        }
        let label = bytes.get(at..at + length)?;
        labels.push(
            label
                .iter()
                .map(|byte| if byte.is_ascii_graphic() { char::from(byte.to_ascii_lowercase()) } else { '?' })
                .collect(),
        );
        at += length;
    }
    let name = labels.join(".");
    let kind = u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?);
    let section = bytes.get(12..at + 4)?.to_vec();
    (!name.is_empty() && name.len() <= 253).then_some(Question { id: [header[0], header[1]], name, kind, section })
}

/// The answer: pinned addresses, or that there is no such name.
pub(crate) fn reply(question: &Question, pins: &Pins) -> Vec<u8> {
    const NO_SUCH_NAME: u8 = 3;
    let all: Vec<IpAddr> = pins.addresses_of(&question.name).collect();
    let records: Vec<Vec<u8>> = all
        .iter()
        .filter_map(|address| match (address, question.kind) {
            (IpAddr::V4(v4), TYPE_A) => Some(v4.octets().to_vec()),
            (IpAddr::V6(v6), TYPE_AAAA) => Some(v6.octets().to_vec()),
            _ => None,
        })
        .collect();
    let code = if all.is_empty() { NO_SUCH_NAME } else { 0 };
    let mut out = Vec::with_capacity(64);
    out.extend(question.id);
    out.extend([0x81, 0x80 | code, 0, 1, 0, u8::try_from(records.len()).unwrap_or(0), 0, 0, 0, 0]);
    out.extend(&question.section);
    for data in records {
        out.extend([0xc0, 12]); // The name of the question.
        out.extend(question.kind.to_be_bytes());
        out.extend([0, 1, 0, 0, 0, 60, 0, u8::try_from(data.len()).unwrap_or(0)]);
        out.extend(data);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn question(name: &str, kind: u16) -> Vec<u8> {
        let mut out = vec![7, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            out.push(u8::try_from(label.len()).unwrap());
            out.extend(label.as_bytes());
        }
        out.push(0);
        out.extend(kind.to_be_bytes());
        out.extend([0, 1]);
        out
    }

    #[test]
    fn pinned_names_are_answered_and_others_do_not_exist() {
        let host = HostName { name: "api.example.org".into(), port: Some(443) };
        let pins = Pins(vec![(host, "192.0.2.7".parse().unwrap())]);
        let asked = parse_question(&question("API.example.org", TYPE_A)).unwrap();
        assert_eq!(asked.name, "api.example.org");
        let answer = reply(&asked, &pins);
        assert_eq!(answer[..8], [7, 9, 0x81, 0x80, 0, 1, 0, 1]);
        assert!(answer.ends_with(&[0, 4, 192, 0, 2, 7]));
        // The name exists but has no address of the other family.
        let other = parse_question(&question("api.example.org", TYPE_AAAA)).unwrap();
        assert_eq!(reply(&other, &pins)[3..8], [0x80, 0, 1, 0, 0]);
        let unknown = parse_question(&question("evil.example", TYPE_A)).unwrap();
        assert_eq!(reply(&unknown, &pins)[3] & 0xf, 3);
    }

    #[test]
    fn a_pin_holds_for_its_address_and_port_in_every_spelling() {
        let host = HostName { name: "192.0.2.7".into(), port: Some(80) };
        let pins = Pins::resolve(std::slice::from_ref(&host)).unwrap();
        assert_eq!(pins.host_of("192.0.2.7:80".parse().unwrap()), Some(&host));
        assert_eq!(pins.host_of("[::ffff:192.0.2.7]:80".parse().unwrap()), Some(&host));
        assert_eq!(pins.host_of("192.0.2.7:81".parse().unwrap()), None);
        assert_eq!(pins.host_of("192.0.2.8:80".parse().unwrap()), None);
    }

    #[test]
    fn wildcards_cannot_be_pinned() {
        let host = HostName { name: "*.example.org".into(), port: None };
        assert!(matches!(Pins::resolve(&[host]), Err(GuardError::Specification { .. })));
    }

    #[test]
    fn private_addresses_are_not_public() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fd00::1",
            "fec0::1",
            "::10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    proptest! {
        #[test]
        fn questions_and_addresses_are_total(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = parse_address(&bytes);
            if let Some(question) = parse_question(&bytes) {
                prop_assert!(reply(&question, &Pins::default()).len() <= bytes.len() + 16);
            }
        }
    }
}
