//! From a parsed command to its exit code.

use crate::arguments::{Arguments, Command, CompletionsArguments, KeyCommand};
use crate::console::Console;
use crate::doing::Contract;
use crate::{ahead, doing, records, running};
use clap::CommandFactory;
use std::path::Path;
use telos_abi::Status;
use telos_system::{Places, SystemError, Telos, exit_code};

/// Carries out a command and returns its exit code.
pub(crate) fn carry_out(arguments: Arguments) -> i32 {
    let console = Console::new(&arguments);
    let code = match dispatch(arguments.command, console) {
        Ok(code) => code,
        Err(error) => {
            if console.json() {
                console.object(&Contract::of_error(&error.to_string(), error.status()));
            } else {
                console.error(&error.to_string());
            }
            error.exit()
        }
    };
    if code == 0 && Console::outcome_lost() { exit_code(Status::Failed) } else { code }
}

fn dispatch(command: Command, console: Console) -> Result<i32, SystemError> {
    if let Command::Completions(arguments) = &command {
        return completions(arguments, console);
    }
    let telos = open()?;
    match command {
        Command::Do(arguments) => doing::intent(&telos, &arguments, console),
        Command::Run(arguments) => running::run(&telos, arguments, console),
        Command::Diff(choice) => running::diff(&telos, &choice, console),
        Command::Commit(arguments) => doing::commit(&telos, &arguments, console),
        Command::Undo(choice) => doing::undo(&telos, &choice, console),
        Command::Resume(arguments) => doing::resume(&telos, &arguments, console),
        Command::Runs(arguments) => records::runs(&telos, &arguments, console),
        Command::Why(choice) => records::why(&telos, &choice, console),
        Command::Cap(command) => records::capabilities(&telos, &command, console),
        Command::Policy(command) => records::policy(&telos, &command, console),
        Command::Key(KeyCommand::Export) => records::export_key(&telos, console),
        Command::Verify(arguments) => records::verify(&telos, &arguments, console),
        Command::Gc(arguments) => records::gc(&telos, &arguments, console),
        Command::Doctor => records::doctor(&telos, console),
        Command::Prepare(arguments) => ahead::prepare(&telos, &arguments, console),
        Command::Completions(_) => Ok(0),
    }
}

fn open() -> Result<Telos, SystemError> {
    let places = Places::from_environment(|name| std::env::var_os(name))?;
    let here = std::env::current_dir().map_err(|error| {
        SystemError::Usage(format!("the current directory cannot be used: {error}; change to one that exists"))
    })?;
    let passphrase = std::env::var("TELOS_PASSPHRASE").ok().filter(|words| !words.is_empty());
    Telos::new(places, &here, passphrase)
}

fn completions(arguments: &CompletionsArguments, console: Console) -> Result<i32, SystemError> {
    let mut command = Arguments::command();
    if let Some(folder) = &arguments.manual {
        return manual(&command, folder, console);
    }
    let shell = arguments
        .shell
        .or_else(clap_complete::Shell::from_env)
        .ok_or_else(|| SystemError::Usage(String::from("which shell? for example: telos completions bash")))?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "telos", &mut script);
    console.out(&String::from_utf8_lossy(&script));
    Ok(0)
}

fn manual(command: &clap::Command, folder: &Path, console: Console) -> Result<i32, SystemError> {
    clap_mangen::generate_to(command.clone(), folder)
        .map_err(|cause| SystemError::File { what: folder.display().to_string(), cause })?;
    console.story(&format!("wrote manual pages to {}", folder.display()));
    Ok(0)
}
