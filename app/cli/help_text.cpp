// What -h prints of the program as a whole; each command has its own beside its options.
#include "app/cli/options.h"

namespace framescope::cli {

std::string_view helpText() {
    return R"(Usage: framescope-cli [options] FILE
       framescope-cli [options] -i INTERFACE [-f FILTER]
       framescope-cli send URL [options] [MESSAGE...]    send -h says more
       framescope-cli replay FILE --to URL [options]     replay -h says more
       framescope-cli serve [options]                    serve -h says more

Reads a capture (pcap, pcapng or snoop, also compressed), or captures packets
itself, and prints the WebSocket and Socket.IO conversations in it, one line a
row. A live capture is ended with Ctrl-C.

  -r FILE, --read-file FILE        the capture; the same as FILE alone. A FIFO, or
                                   - for standard input, is read as it is written
  -i IFACE, --interface IFACE      capture from this interface, or from the one of
                                   that number in the list of -D
  -f FILTER                        capture only what this filter of libpcap takes:
                                   'tcp port 3000'
  -w FILE                          write what is captured to this file, pcapng
  -a LIMIT, --autostop LIMIT       end the capture by itself: duration:SECONDS,
                                   filesize:KB, packets:N or files:N; repeatable
  -b LIMIT, --ring-buffer LIMIT    go on to a new file: duration:SECONDS,
                                   filesize:KB or packets:N; files:N keeps only the
                                   last N; repeatable
  -s LENGTH, --snapshot-length LENGTH
                                   most bytes kept of a packet; 262144 without it
  -B MIB, --buffer-size MIB        size of the kernel's buffer; 16 without it
  -p, --no-promiscuous-mode        only packets that are meant for this machine
  --remote [USER@]HOST:IFACE       capture there with tcpdump, through ssh
  --remote-port PORT               the port of ssh there
  --remote-sudo                    tcpdump needs sudo there
  -D, --list-interfaces            list the interfaces, and end
  -Y FILTER, --display-filter FILTER
                                   only rows that match: names of protocols and
                                   fields, field == value, field contains text,
                                   &&, ||, !, ( )
  -T text|fields|json              how rows are printed; text without -T
  -e FIELD                         a field for -T fields or -T json; repeatable
  -E KEY=VALUE                     for -T fields: header=y|n, separator=CHARACTER,
                                   aggregator=CHARACTER, occurrence=f|l|a
  -V                               the tree of every row
  -x                               the bytes of every row
  -c N                             end after N rows were printed
  -q                               no rows, only the summary
  -z connections|file|polling|sessions
                                   behind the rows, a table: the connections with
                                   their habits, what the file says of itself, who
                                   polls and what it costs, or the Engine.IO
                                   sessions; with -q the table alone; repeatable
  -d SELECTOR,PROTOCOL[,PARAMETER...], --read-as ...
                                   how connections are read, whatever they would be
                                   taken for: -d tcp.stream==3,websocket,deflate; the
                                   first one that matches counts; repeatable
  --inflate-limit BYTES            read so much of a compressed message at the
                                   most; 67108864 without it
  --held-bytes BYTES               hold so many bytes behind missing ones at the
                                   most, in each direction of a connection;
                                   16777216 without it
  --held-segments N                likewise so many segments; 32768 without it
  --held-total BYTES               so much memory on all connections together;
                                   268435456 without it
  --conflicts N                    list so many places of a connection where bytes
                                   came again with other contents; 100 without it
  --time-order auto|file|time      in which order packets are read; auto, as without
                                   it, is that of the file, unless the order of time
                                   mends what it breaks
  --verify-checksums               say whether checksums of IP and TCP are right
  -G fields|issues                 list all fields, or all issues, and end
  --decode-as PATH[#EVENT]=FORMAT[:FILE:MESSAGE]
                                   how payloads of a path or an event are read: json,
                                   msgpack, cbor, protobuf (with a .proto file and a
                                   message in it), base64, text or raw; repeatable
  -h, --help                       this text
  -v, --version                    the version

       framescope-cli hex [options] [FILE | -]

Reads WebSocket frames as hex digits in any common notation and takes them
apart. Without FILE, or with -, from standard input. -T, -e, -x and -Y as above.

  --dir c2s|s2c                    who sent them; without it the masks tell
  --deflate                        permessage-deflate was agreed
  --payload                        the bytes are one message's payload, no frames
  --polling                        the bytes are a body of Engine.IO's polling
  --text                           the input is the bytes themselves, no digits
  --path TARGET                    request target of the handshake, such as
                                   "/socket.io/?EIO=4"
  --subprotocol NAME               agreed Sec-WebSocket-Protocol

Exit code: 0 read; 1 bad usage or filter; 2 cannot be read; 3 read up to a
damaged place. The manual page framescope-cli(1) says more.
)";
}

}  // namespace framescope::cli
