//! The `telos` binary.

fn main() -> std::process::ExitCode {
    telos::main()
}
