//! Every limit on outside data, in one place. Units are last in the names.

/// Most bytes of a plan in wire form.
pub const PLAN_BYTES_MAX: usize = 4 << 20;
/// Most nodes of a graph.
pub const GRAPH_NODES_MAX: usize = 10_000;
/// Most edges, constants included, of a graph.
pub const GRAPH_EDGES_MAX: usize = 80_000;
/// Deepest nesting of a type, value or plan document.
pub const NESTING_MAX: usize = 24;
/// Most type nodes (fields, cases, items) in one type.
pub const TYPE_NODES_MAX: usize = 512;
/// Most ports on one side of a primitive.
pub const PORTS_MAX: usize = 32;
/// Longest name of a field, case, port or class, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Largest constant in a graph, in bytes of wire form.
pub const CONSTANT_BYTES_MAX: usize = 64 << 10;
/// Most bytes of a descriptor in wire form.
pub const DESCRIPTOR_BYTES_MAX: usize = 64 << 10;
/// Most bytes of a pack's component.
pub const PACK_BYTES_MAX: usize = 32 << 20;
/// Most bytes of an intent's text.
pub const INTENT_BYTES_MAX: usize = 8 << 10;
/// Most bytes of a policy or configuration file.
pub const POLICY_BYTES_MAX: usize = 1 << 20;
/// Longest path taken from outside, in bytes (Linux `PATH_MAX` less its NUL).
pub const PATH_BYTES_MAX: usize = 4_095;
/// Most bytes of one log record's payload.
pub const RECORD_BYTES_MAX: usize = 8 << 20;
/// Size of the pieces in which blobs move, in bytes.
pub const CHUNK_BYTES: usize = 1 << 20;
/// Most entries that one directory walk returns.
pub const WALK_ENTRIES_MAX: usize = 1_000_000;
/// Deepest directory nesting that a walk enters.
pub const WALK_DEPTH_MAX: usize = 256;
/// Largest value held whole between primitives, in bytes; larger data moves as a blob.
pub const VALUE_BYTES_MAX: usize = 64 << 20;
/// Bytes of pre-images kept for one run unless the policy says otherwise.
pub const PRE_IMAGE_BYTES_RUN: u64 = 4 << 30;
/// Milliseconds that a question to a person stays open before it counts as denied.
pub const APPROVAL_WAIT_MS: u64 = 120_000;
/// Largest blob, in bytes. Part of the types of every built-in port, so that any blob fits any blob port; what a
/// primitive can hold of it at once is its memory bound.
pub const BLOB_BYTES_MAX: u64 = 1 << 36;
/// Most bytes that Telos keeps for a person under one name (memory).
pub const CELL_BYTES_MAX: usize = 4 << 20;
/// Longest text that built-in ports take or give, in bytes.
pub const TEXT_BYTES_MAX: u64 = 16 << 10;
/// Seconds that a cookie without an end of its own is kept: a session that lasts until one closes the browser has no
/// browser to close here.
pub const SESSION_S: u64 = 14 * 24 * 60 * 60;
/// Seconds that a cookie is kept, whatever it says (RFC 6265bis, section 5.5).
pub const COOKIE_S_MAX: u64 = 400 * 24 * 60 * 60;
/// Longest cookie that is kept, attributes included, in bytes.
pub const COOKIE_BYTES_MAX: usize = 4 << 10;
/// Most cookies kept of one host; the newest count.
pub const COOKIES_MAX: usize = 50;
/// Most hosts whose sessions are kept.
pub const SESSIONS_MAX: usize = 100;
/// Largest page that is searched for a form to log in with, in bytes.
pub const LOG_IN_PAGE_BYTES_MAX: usize = 4 << 20;
/// Most bookmarks.
pub const BOOKMARKS_MAX: usize = 1_000;
/// Longest name of a bookmark, in bytes.
pub const BOOKMARK_NAME_BYTES_MAX: usize = 100;
/// Seconds that an answer counts as fresh whose host says nothing of it.
pub const CACHE_S: u64 = 60;
/// Seconds that an answer counts as fresh, whatever its host says.
pub const CACHE_S_MAX: u64 = 24 * 60 * 60;
/// Largest answer that is kept, in bytes.
pub const CACHE_ENTRY_BYTES_MAX: u64 = 16 << 20;
/// Most bytes of answers kept in all.
pub const CACHE_BYTES_MAX: u64 = 128 << 20;
/// Most answers kept.
pub const CACHE_ENTRIES_MAX: usize = 512;
/// Most bytes of a file that one event of a session reads.
pub const WINDOW_BYTES_MAX: usize = 1 << 20;
/// Most bytes kept for one file as its state.
pub const STATE_BYTES_MAX: usize = 64 << 10;
/// Most files whose state is kept; those that were not opened for longest are forgotten.
pub const STATE_FILES_MAX: usize = 1_000;
