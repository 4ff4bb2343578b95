//! The protocol as the RFCs have it: commands, reply codes, addresses and the order of commands. No logs here.

mod verb;
mod code;
mod address;
mod order;
mod software;

pub use address::{Endpoint, extended_passive, extended_port, passive, port};
pub use code::{Class, Code};
pub use order::{Data, Form, Login, Mark, Rename, Restart, State, Step, Tls};
pub use software::Software;
pub use verb::{Argument, DataRole, Verb, VerbSet};
