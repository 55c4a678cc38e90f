#include "capture/ingest/reader_findings.h"

namespace framescope {

void ReaderFindings::takeFrom(CaptureReader& reader, std::size_t& noticesTaken) {
    layout = reader.takeNewLayout();
    for (; noticesTaken < reader.notices().size(); ++noticesTaken) {
        notices.push_back(reader.notices()[noticesTaken].sentence);
    }
    leftOutPackets = reader.counts().skippedPackets;
    bytesRead = reader.bytesRead();
    bytesTotal = reader.bytesTotal();
}

void ReaderFindings::append(const ReaderFindings& later) {
    if (!later.layout.empty()) layout.append(later.layout);
    notices.insert(notices.end(), later.notices.begin(), later.notices.end());
    leftOutPackets = later.leftOutPackets;
    bytesRead = later.bytesRead;
    bytesTotal = later.bytesTotal;
}

}  // namespace framescope
