//! The command line, as types. clap turns them into parsing, help, manual pages and completions.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// State an outcome; Telos plans it, checks the plan, runs it under guard, and can undo it.
#[derive(Debug, Parser)]
#[command(name = "telos", version, arg_required_else_help = true, after_help = AFTER)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Print one JSON object on standard output instead of text.
    #[arg(long, global = true)]
    pub json: bool,
    /// Use colours: on a terminal only, always, or never. NO_COLOR is obeyed.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
    /// Say less on standard error.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

const AFTER: &str = "\
Exit codes: 0 done; 2 usage; 3 not understood or an answer is needed; 4 refused or not approved;
5 failed while running; 130 cancelled. `telos run` returns the program's own exit code.";

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where the outcome is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SurfaceKind {
    /// On standard output.
    Text,
    /// As a self-contained web page, whose path is printed.
    Web,
    /// Not at all; only the exit code tells.
    None,
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanForm {
    /// As a graph on a terminal, else as a list.
    Auto,
    /// One line for each node and effect.
    List,
    /// As a graph of characters.
    Graph,
    /// As a graph in an SVG document.
    Svg,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Carry out an intent on the files here.
    Do(DoArguments),
    /// Run any program as a guarded agent.
    Run(RunArguments),
    /// Show what a guarded program changed in its workspace.
    Diff(RunChoice),
    /// Bring a workspace's changes to the real files.
    Commit(CommitArguments),
    /// Restore what a run changed, or drop a workspace that was not committed.
    Undo(RunChoice),
    /// Finish a run that was interrupted.
    Resume(ResumeArguments),
    /// List runs, newest first.
    Runs(RunsArguments),
    /// Explain a run: what was decided, by which rule, and where data came from.
    Why(RunChoice),
    /// Look at and check capabilities.
    #[command(subcommand)]
    Cap(CapCommand),
    /// Check and explain policy.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Keys that sign the log.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Check a log offline.
    Verify(VerifyArguments),
    /// Remove old payloads and pre-images; the log stays verifiable.
    Gc(GcArguments),
    /// Say what this machine offers, what is missing, and how to mend it.
    Doctor,
    /// Print shell completions, or write manual pages.
    Completions(CompletionsArguments),
    /// Prepare what is likely to be needed next; begun by itself after an intent on a terminal.
    #[command(hide = true)]
    Prepare(PrepareArguments),
}

/// Arguments of `telos prepare`.
#[derive(Debug, Args)]
pub struct PrepareArguments {
    /// Give way to whatever else wants the processor.
    #[arg(long)]
    pub idle: bool,
}

/// Arguments of `telos do`.
#[derive(Debug, Args)]
pub struct DoArguments {
    /// The outcome you want, in your own words.
    #[arg(required_unless_present = "answer", num_args = 1.., value_name = "INTENT")]
    pub intent: Vec<OsString>,
    /// Answer the question that the last intent was left with, in words or by the number of a choice.
    #[arg(long, value_name = "TEXT", conflicts_with = "intent")]
    pub answer: Option<String>,
    /// Approve what would be asked. Never approves what is forbidden.
    #[arg(short, long)]
    pub yes: bool,
    /// Show the plan, its effects and labels; run nothing. On a terminal as a graph where it fits, else as a list.
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "auto", value_name = "FORM")]
    pub plan: Option<PlanForm>,
    /// Where the outcome is shown.
    #[arg(long, value_enum, default_value_t = SurfaceKind::Text, value_name = "WHERE")]
    pub surface: SurfaceKind,
}

/// Arguments of `telos run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// Write to the directory itself instead of a copy-on-write workspace.
    #[arg(long)]
    pub direct: bool,
    /// Let the program read this path, even a sensitive one.
    #[arg(long, value_name = "PATH")]
    pub read: Vec<PathBuf>,
    /// Let the program write under this path.
    #[arg(long, value_name = "PATH")]
    pub write: Vec<PathBuf>,
    /// Let the program connect to this host.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub net: Vec<String>,
    /// Keep this environment variable, even if it looks like a secret.
    #[arg(long, value_name = "NAME")]
    pub env: Vec<OsString>,
    /// Approve what would be asked. Never approves what is forbidden.
    #[arg(short, long)]
    pub yes: bool,
    /// The program and its arguments.
    #[arg(required = true, last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Names a run.
#[derive(Debug, Args)]
pub struct RunChoice {
    /// The run's id or the first digits of it; the latest that fits by default.
    pub run: Option<String>,
    /// Approve what would be asked.
    #[arg(short, long)]
    pub yes: bool,
}

/// Arguments of `telos commit`.
#[derive(Debug, Args)]
pub struct CommitArguments {
    /// The run's id or the first digits of it; the latest with a workspace by default.
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// Approve what would be asked.
    #[arg(short, long)]
    pub yes: bool,
    /// Only these paths; everything by default.
    pub paths: Vec<PathBuf>,
}

/// Arguments of `telos resume`.
#[derive(Debug, Args)]
pub struct ResumeArguments {
    /// The run's id or the first digits of it; the latest interrupted one by default.
    pub run: Option<String>,
    /// Approve what would be asked.
    #[arg(short, long)]
    pub yes: bool,
}

/// Arguments of `telos runs`.
#[derive(Debug, Args)]
pub struct RunsArguments {
    /// How many, at most.
    #[arg(short = 'n', long, default_value_t = 20, value_name = "COUNT")]
    pub limit: usize,
}

/// `telos cap …`.
#[derive(Debug, Subcommand)]
pub enum CapCommand {
    /// List every capability.
    Ls,
    /// Show one: types, effects, bounds, evidence.
    Show {
        /// Its name or id.
        name: String,
    },
    /// Find capabilities by what they do.
    Search {
        /// Words.
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Check signatures, digests and evidence again.
    Verify {
        /// Only this one; all by default.
        name: Option<String>,
    },
}

/// `telos policy …`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check policy files; the ones in force by default.
    Check {
        /// Files to check instead.
        files: Vec<PathBuf>,
    },
    /// Say what would be decided for an effect, and by which rules.
    Explain {
        /// The effect's kind, for example `file-delete`.
        kind: String,
        /// The path or host.
        resource: OsString,
    },
}

/// `telos key …`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Print the public key that `telos verify --key` takes.
    Export,
}

/// Arguments of `telos verify`.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The log's directory; this machine's own by default.
    pub log: Option<PathBuf>,
    /// File with the public key; this machine's own by default.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The head that an earlier `verify` printed: detects a log that was rolled back to an older state.
    #[arg(long, value_name = "HEAD")]
    pub head: Option<String>,
}

/// Arguments of `telos gc`.
#[derive(Debug, Args)]
pub struct GcArguments {
    /// Keep runs younger than this many days whole.
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    pub keep_days: u32,
}

/// Arguments of `telos completions`.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell; guessed from $SHELL by default.
    #[arg(value_enum)]
    pub shell: Option<clap_complete::Shell>,
    /// Write manual pages into this folder instead.
    #[arg(long, value_name = "DIR")]
    pub manual: Option<PathBuf>,
}
