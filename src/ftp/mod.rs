//! The protocol as the RFCs have it: commands, reply codes, addresses and the order of commands. No logs here.

mod verb;
mod code;
mod address;
mod argument;
mod order;
mod software;
mod notice;
mod replies;

pub use address::{Endpoint, extended_passive, extended_port, passive, port};
pub use argument::{Fit, Shape};
pub use code::{Class, Code};
pub use notice::{Wait, features, limit, names, requires_tls, wait};
pub use order::{Data, Form, Login, Mark, Rename, Restart, State, Step, Tls};
pub use replies::{Need, Replies};
pub use software::Software;
pub use verb::{Argument, DataRole, Verb, VerbSet};
