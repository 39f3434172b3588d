//! From a name to addresses that may be connected to.
//!
//! A public name must lead to public addresses. Otherwise whoever controls the name's records could have a plan talk
//! to this machine, its network or the metadata service of its cloud, under a name that looks harmless. Whoever
//! writes `localhost` or an address means it, and gets it: the grant then names exactly that.

use super::NetError;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::net::ToSocketAddrs;
use telos_abi::{HostName, Resource};
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Most addresses tried.
const ADDRESSES_MAX: usize = 16;

/// Addresses that every connection of an operation goes to, whatever the name leads to by then.
#[derive(Debug)]
pub(super) struct Pinned(Vec<SocketAddr>);

impl Resolver for Pinned {
    fn resolve(&self, _: &Uri, _: &ureq::config::Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut out = self.empty();
        self.0.iter().take(ADDRESSES_MAX).for_each(|address| out.push(*address));
        Ok(out)
    }
}

/// Looks the host up, once.
pub(super) fn pinned(host: &HostName) -> Result<Pinned, NetError> {
    let shown = || Resource::Host(host.clone()).to_string();
    let port = host.port.unwrap_or(443);
    if let Ok(address) = host.name.parse::<IpAddr>() {
        return Ok(Pinned(vec![SocketAddr::new(address, port)]));
    }
    let unreachable = |why: String| NetError::Unreachable { host: shown(), why };
    let found = (host.name.as_str(), port).to_socket_addrs().map_err(|error| unreachable(error.to_string()))?;
    let found = allowed(&host.name, found.take(ADDRESSES_MAX).collect())?;
    if found.is_empty() { Err(unreachable(String::from("its name leads nowhere"))) } else { Ok(Pinned(found)) }
}

/// All of the addresses, or the first that this name must not lead to.
fn allowed(name: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, NetError> {
    let local = name == "localhost" || name.ends_with(".localhost");
    let fits = |address: IpAddr| if local { address.is_loopback() } else { is_public(address) };
    match found.iter().find(|address| !fits(address.ip())) {
        Some(address) => Err(NetError::NotPublic { host: name.to_owned(), address: address.ip() }),
        None => Ok(found),
    }
}

/// Whether an address belongs to the public internet. Ranges after the IANA special-purpose registries.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = a == 192 && b == 0 && c == 0;
    let relays = a == 192 && b == 88 && c == 99;
    let benchmarks = a == 198 && (18..20).contains(&b);
    !(a == 0
        || a >= 224
        || shared
        || protocols
        || relays
        || benchmarks
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match (a, b) {
        // IPv4 in disguise: mapped, translated, 6to4.
        (0, 0) if [c, d, e] == [0; 3] && f == 0xffff => is_public_v4(embedded(g, h)),
        (0x64, 0xff9b) if [c, d, e, f] == [0; 4] => is_public_v4(embedded(g, h)),
        (0x2002, _) => is_public_v4(embedded(b, c)),
        // Documentation, and Teredo and its like, which hide an address in ways of their own.
        (0x2001, 0x0db8 | 0..=0x01ff) => false,
        // Everything public is in 2000::/3: not loopback, unique local, link local or multicast.
        _ => (0x2000..0x4000).contains(&a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(name: &str, addresses: &[&str]) -> bool {
        let parse = |text: &&str| SocketAddr::new(text.parse().expect("an address"), 80);
        allowed(name, addresses.iter().map(parse).collect()).is_ok()
    }

    #[test]
    fn public_names_lead_to_public_addresses_only() {
        for public in ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::1"] {
            assert!(reaches("example.org", &[public]), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "::1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!reaches("example.org", &[private]), "{private}");
            assert!(!reaches("example.org", &["1.1.1.1", private]), "one private address spoils all: {private}");
        }
    }

    #[test]
    fn local_names_lead_to_this_machine_only() {
        assert!(reaches("localhost", &["127.0.0.1", "::1"]));
        assert!(reaches("a.localhost", &["127.0.0.1"]));
        assert!(!reaches("localhost", &["1.1.1.1"]));
        assert!(!reaches("notlocalhost", &["127.0.0.1"]));
    }

    #[test]
    fn a_literal_address_is_taken_at_its_word() {
        for name in ["127.0.0.1", "169.254.169.254", "::1"] {
            let pinned = pinned(&HostName { name: name.into(), port: Some(1) }).expect("no name to look up");
            assert_eq!(pinned.0[0].ip().to_string(), name);
        }
    }
}
