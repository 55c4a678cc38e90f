// A file of its own: whoever brings services of his own links none of what these need.
#include "capture/replay/row_draft.h"
#include "ui/composer/compose_services.h"

namespace framescope {

ComposeServices systemComposeServices() {
    ComposeServices services;
    services.makeClient = [](net::Reactor& reactor,
                             std::shared_ptr<transcript::Transcript> transcript,
                             client::ClientOptions options, client::Observer& observer) {
        return client::Client::make(reactor, std::move(transcript), std::move(options), observer);
    };
    services.draftOf = replay::draftOf;
    return services;
}

}  // namespace framescope
