# What an administrator writes today for a vsftpd log: pairs commands with replies by process, counts what was refused with 502 and
# 503 by command, and names the minutes with ten or more 421.
# Fri Nov 20 18:32:21 2026 [pid 10178] [alice] FTP command: Client "192.0.2.7", "SYST"

function process() {
    match($0, /\[pid [0-9]+\]/)
    return substr($0, RSTART + 5, RLENGTH - 6)
}

function said() {
    match($0, /, ".*"$/)
    return substr($0, RSTART + 3, RLENGTH - 4)
}

/FTP command: Client/ {
    split(said(), command, " ")
    waiting[process()] = command[1]
}

/FTP response: Client/ {
    pid = process()
    reply = said()
    code = substr(reply, 1, 3)
    if (code == "421") {
        split($4, time, ":")
        busy[$2 " " $3 " " time[1] ":" time[2]]++
    }
    # More is to come behind a line of several, and behind a preliminary reply.
    if (substr(reply, 4, 1) == " " && code >= "200") {
        if (code == "502" || code == "503")
            refused[code " " waiting[pid]]++
        paired++
        delete waiting[pid]
    }
}

END {
    print paired, "replies"
    for (what in refused)
        print refused[what], what
    for (minute in busy)
        if (busy[minute] >= 10)
            print busy[minute], "times 421 at", minute
}
