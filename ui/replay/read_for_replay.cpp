// A session of its own: the one that the window shows belongs to the window's thread, and a plan
// takes many rows apart.
#include <QFile>

#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"
#include "capture/session/session.h"
#include "ui/replay/replay_services.h"

namespace framescope {

Result<std::shared_ptr<const Session>> readForReplay(const ReplaySource& source,
                                                     const std::function<bool()>& goOn) {
    std::shared_ptr<CaptureFile> file = source.file;
    if (file == nullptr) {
        auto opened = CaptureFile::open(QFile::encodeName(source.path).toStdString());
        if (!opened) return opened.error();
        file = *opened;
    }
    auto session = std::make_shared<Session>(file);
    session->setPayloadRules(source.payloadRules);
    // Of a capture that is running what there is now: it may come faster than it is read.
    const std::uint64_t enough = file->source().storedSize();
    const bool grows = file->source().mayGrow();
    Statistics figures;
    readAll(
        file,
        [&](Batch&& batch) {
            figures = batch.statistics;
            session->append(std::move(batch));
            return goOn() && !(grows && figures.bytesRead >= enough);
        },
        source.reading, [] { return false; });
    if (!session->complete()) {
        Batch last;
        last.statistics = figures;
        last.last = true;
        session->append(std::move(last));
    }
    if (!goOn()) return Error{"The capture was not read to its end."};
    return std::shared_ptr<const Session>(std::move(session));
}

}  // namespace framescope
