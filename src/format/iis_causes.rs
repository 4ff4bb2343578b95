//! What the numbers `sc-win32-status` and `sc-substatus` of an IIS log mean, in words of ftplog. The server does not send these
//! words to anybody.
//!
//! After Microsoft's page "The FTP status codes in IIS 7.0 and later versions" (KB 969061), and the names in `winerror.h`.

use super::arena::Arena;

/// The numbers with their meaning, so that nobody takes them for the reply: `sc-win32-status 1326: the user name or the password
/// is wrong; sc-substatus 41: an error during the authentication`. Empty where both are zero.
pub(super) fn cause(win32: u64, substatus: u64, arena: &Arena) -> &[u8] {
    let named = [("sc-win32-status", win32, WIN32), ("sc-substatus", substatus, SUBSTATUS)];
    let mut said = String::new();
    for (name, number, meanings) in named.into_iter().filter(|(_, number, _)| *number != 0) {
        let meaning = meanings.iter().find(|(n, _)| u64::from(*n) == number).map(|(_, meaning)| *meaning);
        let parts = [if said.is_empty() { "" } else { "; " }, name, " ", &number.to_string()];
        said.extend(parts);
        said.extend(meaning.iter().flat_map(|meaning| [": ", meaning]));
    }
    if said.is_empty() { b"" } else { arena.keep(said.as_bytes()) }
}

/// Windows errors that an FTP server meets.
const WIN32: &[(u16, &str)] = &[
    (2, "the file was not found"),
    (3, "the path was not found"),
    (5, "Windows does not allow it to this account"),
    (32, "another process has the file open"),
    (39, "the disk is full"),
    (64, "the network connection to the client was lost"),
    (80, "the file exists already"),
    (87, "a value is not valid"),
    (112, "the disk is full"),
    (121, "the connection timed out"),
    (123, "Windows does not allow such a name"),
    (145, "the directory is not empty"),
    (183, "it exists already"),
    (206, "the name is longer than Windows allows"),
    (267, "the name is not that of a directory"),
    (995, "the operation was broken off"),
    (1236, "the server broke the connection off"),
    (1314, "the account lacks a privilege"),
    (1326, "the user name or the password is wrong"),
    (1327, "the account is restricted, such as one with an empty password"),
    (1328, "the account may not be used at this time of day"),
    (1329, "the account may not be used from this computer"),
    (1330, "the password has expired"),
    (1331, "the account is disabled"),
    (1385, "the account lacks the right to log on in this way"),
    (1793, "the account has expired"),
    (1907, "the password must be changed first"),
    (1909, "the account is locked"),
    (10053, "the server's computer broke the connection off"),
    (10054, "the client broke the connection off"),
    (10060, "the connection timed out"),
    (10061, "the client did not accept the connection"),
];

/// Reasons of the FTP service itself.
const SUBSTATUS: &[(u16, &str)] = &[
    (1, "the authorization rules do not allow it"),
    (2, "the file system does not allow it"),
    (3, "the file system reported an error"),
    (4, "the IP restriction rules do not allow this client"),
    (5, "the root of a virtual directory may not be written to"),
    (6, "the check for short file names failed"),
    (7, "short file names are not allowed"),
    (8, "request filtering hides a part of the path"),
    (9, "request filtering does not allow a sequence in the path"),
    (10, "request filtering does not allow high-bit characters in the path"),
    (11, "request filtering does not allow the file extension"),
    (12, "request filtering does not allow a path of that length"),
    (13, "it is neither a file nor a directory"),
    (14, "the control channel timed out"),
    (15, "the data channel timed out"),
    (16, "the control channel timed out before the login"),
    (17, "the configuration of the site is not valid"),
    (18, "the configuration is not valid"),
    (19, "the maximum number of connections is reached"),
    (20, "the client sent ABOR"),
    (21, "the site is shutting down"),
    (22, "the server broke the data channel off after an error"),
    (23, "the client broke the data channel off"),
    (24, "the SSL policy requires SSL for the data channel"),
    (25, "the SSL policy requires SSL for the control channel"),
    (26, "the SSL policy requires SSL for the credentials"),
    (27, "the SSL policy does not allow SSL for the data channel"),
    (28, "the SSL policy does not allow SSL here"),
    (29, "the SSL policy does not allow SSL for the credentials"),
    (30, "the SSL policy does not allow SSL for commands"),
    (31, "no SSL certificate is configured"),
    (32, "SSL could not be initialized"),
    (33, "the home directory was not found"),
    (34, "the call of a custom authentication failed"),
    (35, "the authentication failed"),
    (36, "all authentication methods are disabled"),
    (37, "the host name is that of no FTP site"),
    (38, "the data channel came from another address than the control channel"),
    (39, "the file is larger than allowed"),
    (40, "Active Directory isolation needs basic authentication"),
    (41, "an error during the authentication"),
    (42, "anonymous authentication is not allowed"),
    (43, "PROT must come before this command"),
    (44, "the SSL certificate was not found"),
    (45, "the SSL certificate has no private key"),
    (46, "the hash of the SSL certificate has a wrong length"),
    (47, "the SSL policy requires a client certificate"),
    (48, "the client certificate is not valid"),
    (49, "the SSL policy requires the same client certificate on both channels"),
    (50, "the data channel was slower than the minimum bandwidth"),
    (51, "command filtering does not allow the command"),
    (52, "an administrator disconnected the session"),
    (53, "a connection error"),
    (54, "the session was closed because the configuration changed"),
    (55, "SSL must have 128-bit encryption"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_with_the_names_of_their_columns() {
        let arena = Arena::default();
        let said = |win32, substatus| String::from_utf8_lossy(cause(win32, substatus, &arena)).into_owned();
        assert_eq!(
            said(1326, 41),
            "sc-win32-status 1326: the user name or the password is wrong; \
             sc-substatus 41: an error during the authentication"
        );
        assert_eq!(said(0, 33), "sc-substatus 33: the home directory was not found");
        assert_eq!(said(4321, 0), "sc-win32-status 4321");
        assert_eq!(said(0, 0), "");
    }

    #[test]
    fn numbers_are_in_order_and_unique() {
        for table in [WIN32, SUBSTATUS] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0));
        }
    }
}
