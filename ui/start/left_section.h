// The part of the start page that offers captures which an earlier run left behind: what, when and
// how much, to open or to discard.
#pragma once

#include <QWidget>

#include "ui/live/live_services.h"

class QVBoxLayout;

namespace framescope {

class LeftSection : public QWidget {
    Q_OBJECT

public:
    explicit LeftSection(const LiveServices& services, QWidget* parent = nullptr);

    /// Looks for them again; the section is hidden while there are none.
    void refresh();
    int count() const { return m_count; }

Q_SIGNALS:
    void openRequested(const std::filesystem::path& folder);
    void discardRequested(const std::filesystem::path& folder);
    /// They were looked for.
    void listed();

private:
    void showCaptures(const std::vector<live::LeftCapture>& captures);

    LiveServices m_services;
    QVBoxLayout* m_lines;
    int m_count = 0;
    bool m_looking = false;
    bool m_lookAgain = false;
};

/// "lo, 31 Jan 2026 12:00, 1.2 MB": what the list says of a capture.
QString leftCaptureText(const live::LeftCapture& capture);

}  // namespace framescope
