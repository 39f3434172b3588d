//! What can go wrong on the network.

use super::{RECEIVED_BYTES_MAX, REDIRECTS_MAX, SENT_BYTES_MAX};
use core::net::IpAddr;
use thiserror::Error;

/// Why an exchange with another host did not happen, or did not end well.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetError {
    /// Not something that can be asked.
    #[error("{url} cannot be asked: {why}; write http://HOST/PATH or https://HOST/PATH")]
    BadUrl {
        /// As given, shortened.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The name leads to an address that only this machine or its network has.
    #[error(
        "{host} leads to {address}, which is not a public address; nothing was sent. If you mean that machine, name its address"
    )]
    NotPublic {
        /// The name.
        host: String,
        /// What it leads to.
        address: IpAddr,
    },
    /// No connection came about, so nothing was sent.
    #[error("{host} cannot be reached: {why}; nothing was sent")]
    Unreachable {
        /// The host and port.
        host: String,
        /// Why.
        why: String,
    },
    /// The answer names another place, which was not decided.
    #[error("{host} points to {to} instead; if you want what is there, name that address yourself")]
    Redirected {
        /// The host that was asked.
        host: String,
        /// Where it points to.
        to: String,
    },
    /// The host sends the request round in circles.
    #[error("{host} points elsewhere more than {REDIRECTS_MAX} times")]
    Redirects {
        /// The host.
        host: String,
    },
    /// The host answered, and not with success.
    #[error("{host} answered with HTTP status {status}{}", meaning(*status))]
    Status {
        /// The host.
        host: String,
        /// The status.
        status: u16,
    },
    /// No form to log in with was found, or none that may be used.
    #[error("{host}: the page cannot be logged in to: {why}; nothing was sent. Name the page that has the form")]
    NoForm {
        /// The host.
        host: String,
        /// Why.
        why: &'static str,
    },
    /// The form was sent, and no session came of it.
    #[error("{host} did not let you in: {why}; nothing was kept")]
    NotLoggedIn {
        /// The host.
        host: String,
        /// What it answered.
        why: String,
    },
    /// The answer broke off or is not HTTP.
    #[error("the answer of {host} broke off or cannot be read: {why}; try again")]
    Broken {
        /// The host.
        host: String,
        /// Why.
        why: String,
    },
    /// The answer is too large.
    #[error("the answer of {host} is larger than {RECEIVED_BYTES_MAX} bytes")]
    TooLarge {
        /// The host.
        host: String,
    },
    /// The body is too large.
    #[error("more than {SENT_BYTES_MAX} bytes would be sent; send less at once")]
    BodyTooLarge,
    /// The person approved another body than was prepared.
    #[error("what would be sent to {host} is not what was approved; decide it again")]
    OtherContent {
        /// The host.
        host: String,
    },
    /// The connection failed after the request began.
    #[error("whether {host} received what was sent is not known: {why}; look there before you send it again")]
    InDoubt {
        /// The host.
        host: String,
        /// What happened.
        why: String,
    },
}

/// What the usual statuses say.
const fn meaning(status: u16) -> &'static str {
    match status {
        400 => " (it does not understand the request)",
        401 | 403 => " (it wants to know who asks; log in first: telos do \"log in to URL as NAME\")",
        404 | 410 => " (there is nothing at this address)",
        405 => " (this address does not take such a request)",
        413 => " (it does not take so much)",
        429 => " (it was asked too often; wait)",
        500..=599 => " (it failed itself; try later)",
        _ => "",
    }
}
