#include "capture/ingest/reader_findings.h"

#include <utility>

namespace framescope {

void ReaderFindings::append(ReaderFindings&& later) {
    if (!later.layout.empty()) layout.append(later.layout);
    for (std::string& notice : later.notices) notices.push_back(std::move(notice));
    leftOutPackets = later.leftOutPackets;
    bytesRead = later.bytesRead;
    bytesTotal = later.bytesTotal;
}

ReaderFindings FindingsOf::take() {
    ReaderFindings found;
    found.layout = m_reader.takeNewLayout();
    for (; m_noticesTaken < m_reader.notices().size(); ++m_noticesTaken) {
        found.notices.push_back(m_reader.notices()[m_noticesTaken].sentence);
    }
    found.leftOutPackets = m_reader.counts().skippedPackets;
    found.bytesRead = m_reader.bytesRead();
    found.bytesTotal = m_reader.bytesTotal();
    return found;
}

}  // namespace framescope
