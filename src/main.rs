//! The `ftplog` program. Everything that prints, reads the environment or knows arguments is in [`cli`].

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
