//! Names of files as URIs (RFC 3986, RFC 8089). Nothing is looked up: a link in the file system is a name like any other.

use std::path::{Component, Path, Prefix};

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Uri {
    pub(super) text: String,
    /// Whether it counts from the folder in which ftplog was run.
    pub(super) is_relative: bool,
}

impl Uri {
    /// That of a file as the user named it: relative where it is in the folder, absolute where it is elsewhere. Where the folder is
    /// not known, it is as relative as the user's name.
    pub(super) fn of(path: &str, folder: Option<&Path>) -> Self {
        let Some(folder) = folder else { return Way::of(Path::new(path)).uri() };
        let way = Way::of(&folder.join(path));
        let folder = Way::of(folder);
        match way.steps.strip_prefix(folder.steps.as_slice()) {
            Some(inside) if way.root == folder.root && !inside.is_empty() => {
                Way { root: None, steps: inside.to_vec() }.uri()
            }
            _ => way.uri(),
        }
    }
}

/// A path, step by step.
struct Way {
    /// What stands before the first step of an absolute path, as a `file` URI has it.
    root: Option<String>,
    steps: Vec<String>,
}

impl Way {
    fn of(path: &Path) -> Self {
        let mut way = Self { root: None, steps: Vec::new() };
        for part in path.components() {
            match part {
                Component::Prefix(prefix) => way.root = Some(root(prefix.kind())),
                Component::RootDir => way.root = way.root.or(Some(String::new())),
                Component::CurDir => {}
                Component::ParentDir if way.steps.last().is_some_and(|last| last != "..") => {
                    way.steps.pop();
                }
                // There is nothing above the root.
                Component::ParentDir if way.root.is_some() => {}
                Component::ParentDir => way.steps.push("..".to_owned()),
                Component::Normal(name) => way.steps.push(name.to_string_lossy().into_owned()),
            }
        }
        way
    }

    fn uri(&self) -> Uri {
        let steps: Vec<String> = self.steps.iter().map(|step| encoded(step)).collect();
        let path = steps.join("/");
        match &self.root {
            Some(root) => Uri { text: format!("file://{root}/{path}"), is_relative: false },
            None => Uri { text: path, is_relative: true },
        }
    }
}

/// The drive of a path of Windows, or the server and its share.
fn root(prefix: Prefix) -> String {
    match prefix {
        Prefix::Disk(drive) | Prefix::VerbatimDisk(drive) => format!("/{}:", char::from(drive)),
        Prefix::UNC(server, share) | Prefix::VerbatimUNC(server, share) => {
            [server, share].map(|name| encoded(&name.to_string_lossy())).join("/")
        }
        Prefix::Verbatim(name) | Prefix::DeviceNS(name) => format!("/{}", encoded(&name.to_string_lossy())),
    }
}

/// A name with everything encoded that is not unreserved (RFC 3986 section 2.3).
fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend(
                [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(path: &str) -> String {
        Uri::of(path, Some(Path::new("/srv/checks"))).text
    }

    #[test]
    fn what_is_in_the_folder_is_relative_to_it() {
        for path in [
            "logs/a.log",
            "./logs/a.log",
            "/srv/checks/logs/a.log",
            "logs/../logs//a.log",
            "../checks/logs/a.log",
        ] {
            assert_eq!(uri(path), "logs/a.log", "{path}");
        }
        assert!(Uri::of("/srv/checks/a", Some(Path::new("/srv/checks"))).is_relative);
    }

    #[test]
    fn what_is_elsewhere_is_a_file_uri() {
        assert_eq!(uri("/var/log/vsftpd.log"), "file:///var/log/vsftpd.log");
        assert_eq!(uri("../other/a.log"), "file:///srv/other/a.log");
        assert_eq!(uri("/srv/checks-of-others/a.log"), "file:///srv/checks-of-others/a.log");
        assert_eq!(uri("../../../../a.log"), "file:///a.log");
        assert!(!Uri::of("/a", Some(Path::new("/srv/checks"))).is_relative);
    }

    #[test]
    fn without_a_folder_a_name_stays_as_relative_as_it_is() {
        assert_eq!(Uri::of("../a.log", None), Uri { text: "../a.log".into(), is_relative: true });
        assert_eq!(Uri::of("/a.log", None).text, "file:///a.log");
    }

    // RFC 3986 section 2.1, and UTF-8 for what is not ASCII.
    #[test]
    fn everything_that_means_something_in_a_uri_is_encoded() {
        assert_eq!(uri("50% of it?#1.log"), "50%25%20of%20it%3F%231.log");
        assert_eq!(uri("c:d/\u{d55c}\n.log"), "c%3Ad/%ED%95%9C%0A.log");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
