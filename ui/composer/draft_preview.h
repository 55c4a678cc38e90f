// What is about to be sent, taken apart on another thread: the draft becomes bytes as the
// connection would make them, and the dissector reads these. One computation goes on at a time; of
// what is asked for meanwhile only the last counts.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QObject>
#include <QTimer>

#include "capture/compose/composer.h"
#include "dissector/field/field_tree.h"
#include "ui/composer/connection.h"

namespace framescope {

/// Something that is wrong with what is about to be sent.
struct PreviewIssue {
    Severity severity = Severity::None;
    QString sentence;  ///< with its section

    bool operator==(const PreviewIssue&) const = default;
};

/// A frame or packet of it.
struct PreviewRow {
    QString name;  ///< "WebSocket", "Socket.IO"
    QString info;
    Severity severity = Severity::None;
    std::shared_ptr<const Dissection> dissection;
};

/// All that is shown of a draft.
struct DraftView {
    QString fault;  ///< why there are no bytes, a sentence; empty if there are
    quint64 bytes = 0;
    quint64 allRows = 0;  ///< of which only the first kMostPreviewRows are in `rows`
    std::vector<PreviewRow> rows;
    std::vector<PreviewIssue> issues;  ///< the gravest first
    Severity worst = Severity::None;
    bool tooLong = false;  ///< too many bytes to be taken apart; it can be sent
};

constexpr std::size_t kMostPreviewRows = 64;
constexpr std::size_t kMostPreviewBytes = 8U << 20;

/// What a draft is made into bytes with.
struct PreviewRequest {
    compose::Draft draft;
    compose::WireState wire;
    Connection::Preparer prepare;  ///< empty: a composer of its own, as for a first message
    std::uint64_t keySeed = 1;
};

/// Computes it; any thread.
DraftView viewOf(const PreviewRequest& request);

class DraftPreview : public QObject {
    Q_OBJECT

public:
    explicit DraftPreview(QObject* parent = nullptr);

    /// Shows this soon: as soon as nobody has typed for a moment.
    void request(PreviewRequest request);
    /// What was asked for is not shown yet.
    bool isPending() const { return m_wanted.has_value() || m_running; }
    /// Begins at once with what is asked for.
    void hurry();
    const DraftView& view() const { return m_view; }

Q_SIGNALS:
    /// view() is that of the last request.
    void shown();

private:
    void run();

    QTimer m_debounce;
    std::optional<PreviewRequest> m_wanted;
    bool m_running = false;
    DraftView m_view;
};

}  // namespace framescope
