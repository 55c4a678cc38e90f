// What `framescope-cli send -h` prints.
#include <string>

#include "app/cli/send/send_option_reader.h"

namespace framescope::cli {

std::string_view SendOptionReader::help() const {
    static const std::string text = std::string(
                                        R"(Usage: framescope-cli send URL [options] [MESSAGE...]
       framescope-cli send URL [options] --script FILE

Connects to a WebSocket, Engine.IO or Socket.IO server, sends messages, and prints
what passes in both directions, one line a row, as for a capture. Without MESSAGE
and --script, every line of standard input is a message. Behind the last message it
waits for an answer and then for 200 ms of silence, at most 5 s, and closes; Ctrl-C
closes at once.

  URL                              ws://, wss://, http:// or https://; the first
  --url URL                        another one for reconnecting; repeatable

Messages, sent in their order:
  MESSAGE                          a text frame; with --eio a message of Engine.IO; with
                                   --sio an event: message {"a":1}, or ["message",1]
  --json TEXT                      the same, but it must be JSON
  --hex DIGITS, --file FILE        bytes: a binary frame
  --draft JSON                     any message in the form that scripts have:
                                   '{"opcode":"close","code":4000}'
  --every SECONDS MESSAGE          again and again while it is open
  --script FILE                    what is sent and expected, a JSON object a line; -
                                   for standard input. See SCRIPTS in the manual page
  --dry-run                        connect to nothing; print the rows that would be sent,
                                   with -V their trees, with -x their bytes, and what is
                                   wrong with them
  --linger SECONDS|forever         close so long after the last message, whatever came
  --close CODE[:REASON]|none|cut   how it is closed; 1000 without it. none: without a
                                   code; cut: a TCP reset

Frames of MESSAGE, --json, --hex and --file, legal or not:
  --opcode NAME|N                  continuation, text, binary, close, ping, pong, or 0-15
  --no-fin                         FIN is not set
  --rsv BITS                       reserved bits to be set: 1, or 2,3
  --mask random|zero|KEY           masking key, as eight hex digits
  --no-mask                        not masked
  --seed N                         random masking keys that are the same each time
  --length 7|16|64                 form of the length field
  --announce N                     a length that is not the payload's
  --fragments N,N,...              cut into frames of so many bytes
  --compress[=agreed|context|no-context]
                                   permessage-deflate

The handshake:
  --header 'NAME: VALUE'           replace a header; --add-header doubles it,
  --remove-header NAME             and this leaves it out
  --origin URL                     the header Origin
  --subprotocol NAME               offer a subprotocol; repeatable
  --deflate                        offer permessage-deflate
  --extension TEXT                 offer an extension; repeatable
  --raw FILE                       the whole request, sent byte for byte; - for standard
                                   input

Protocols:
  --sio                            Socket.IO
  --eio 3|4                        Engine.IO of this revision; with --sio its revision
  --websocket, --polling, --upgrade
                                   how Engine.IO connects; --upgrade without them
  --nsp NAME                       namespace of Socket.IO to connect, repeatable; events
                                   go to the last one
  --auth JSON                      of the namespace named before it, or of /
  --ack                            every event asks for an acknowledgement
  --msgpack                        speak as socket.io-msgpack-parser does
  --bytes                          no protocol: messages are bytes on the connection

  --no-pong, --no-heartbeat, --no-close-answer
                                   pings, heartbeats, closes are not answered
  --reconnect[=N]                  connect again when the connection is lost, N times in
                                   a row at the most

The connection:
)") + std::string(kConnectionHelp) + R"(
Rows: -Y, -T, -e, -E, -V, -x, -c, -q, -z, --decode-as and --inflate-limit as for a
capture (framescope-cli -h); -w FILE keeps what passed as a capture, decrypted.

Exit code: 0 all as expected; 1 bad usage, a mistake in a message or a script; 2 no
connection, or it was lost: before everything was sent, or as the server broke the
protocol, reset it or did not close it; 3 an expectation failed, or an acknowledgement
never came; 130 ended by a signal before everything was sent and expected.
)";
    return text;
}

}  // namespace framescope::cli
