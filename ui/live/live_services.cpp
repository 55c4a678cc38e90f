#include "ui/live/live_services.h"

#include "capture/live/capture_filter.h"

namespace framescope {

namespace {

struct Start {
    live::Wake wake;
    std::unique_ptr<live::LiveCapture> operator()(const live::InterfaceCapture& what) const {
        return live::captureInterface(what, wake);
    }
    std::unique_ptr<live::LiveCapture> operator()(const live::StreamCapture& what) const {
        return live::captureStream(what, wake);
    }
    std::unique_ptr<live::LiveCapture> operator()(const live::RemoteCapture& what) const {
        return live::captureRemote(what, wake);
    }
};

Result<AdoptedCapture> adoptCapture(const std::filesystem::path& folder) {
    auto spool = live::Spool::adopt(folder);
    if (!spool) return spool.error();
    AdoptedCapture adopted{*spool, std::make_shared<GrowingBytes>(), nullptr};
    for (const std::filesystem::path& path : adopted.spool->files()) {
        if (const auto error = adopted.bytes->beginPart(path)) return *error;
        std::error_code failed;
        const std::uintmax_t size = std::filesystem::file_size(path, failed);
        if (!failed) adopted.bytes->grewTo(size);
    }
    adopted.bytes->end();
    auto file = CaptureFile::ofGrowing(adopted.bytes, folder);
    if (!file) return file.error();
    adopted.file = *file;
    return adopted;
}

}  // namespace

LiveServices systemLiveServices() {
    LiveServices services;
    services.listInterfaces = [] { return live::listInterfaces(); };
    services.readTraffic = [] { return live::readTraffic(); };
    services.checkFilter = [](const std::string& filter, std::uint32_t linkType) {
        return live::checkCaptureFilter(filter, linkType);
    };
    services.capture = [](const LiveSource& source, live::Wake wake) {
        return std::visit(Start{std::move(wake)}, source);
    };
    services.findLeft = [] { return live::findLeftCaptures(); };
    services.adopt = adoptCapture;
    services.save = live::saveCapture;
    return services;
}

}  // namespace framescope
