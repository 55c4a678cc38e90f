// What the composer asks of the layers below that opens sockets or looks into captures, as
// functions that can be replaced: tests put their own in.
#pragma once

#include <functional>
#include <memory>

#include "capture/client/client.h"
#include "capture/compose/draft.h"
#include "capture/result.h"
#include "capture/session/session.h"

namespace framescope {

struct ComposeServices {
    /// See client::Client::make().
    std::function<std::unique_ptr<client::Client>(net::Reactor&,
                                                  std::shared_ptr<transcript::Transcript>,
                                                  client::ClientOptions, client::Observer&)>
        makeClient;
    /// A row as a message to edit; see replay::draftOf(). Empty: rows cannot be taken over.
    std::function<Result<compose::Draft>(const Session&, RecordId)> draftOf;
};

/// Those of this machine.
ComposeServices systemComposeServices();

}  // namespace framescope
