// Everything that takes time with the size of the message happens in viewOf(): reading a file,
// compressing, dissecting. The window is given finished trees.
#include "ui/composer/draft_preview.h"

#include <algorithm>
#include <utility>

#include "capture/compose/preview.h"
#include "ui/load/background.h"
#include "ui/text/display_text.h"

namespace framescope {

namespace {

constexpr int kDebounceMs = 60;

QString fromView(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

PreviewIssue toShow(const Issue& issue) {
    const IssueInfo& info = issueInfo(issue.code);
    QString text = fromView(info.sentence);
    if (!issue.detail.empty()) text += QLatin1Char(' ') + displayText(issue.detail, 200);
    if (!info.specification.empty()) text += QStringLiteral("  ") + fromView(info.specification);
    return {info.severity, text};
}

/// What was not answered yet, and which question an answer belongs to, only the whole conversation
/// can tell.
bool needsTheOtherSide(IssueCode code) {
    return code == IssueCode::SocketIoAckMissing || code == IssueCode::SocketIoAckUnasked;
}

void collectIssues(DraftView& view, const Dissection& dissection) {
    for (const FieldIssue& found : dissection.fields.issues()) {
        if (needsTheOtherSide(found.issue.code)) continue;
        const PreviewIssue issue = toShow(found.issue);
        if (std::ranges::find(view.issues, issue) == view.issues.end()) {
            view.issues.push_back(issue);
        }
        view.worst = std::max(view.worst, issue.severity);
    }
}

}  // namespace

DraftView viewOf(const PreviewRequest& request) {
    DraftView view;
    auto prepared = request.prepare
                        ? request.prepare(request.draft, request.keySeed)
                        : compose::Composer().prepare(request.draft, request.wire, request.keySeed);
    if (!prepared) {
        view.fault = displayText(prepared.error().sentence, 600);
        return view;
    }
    for (const auto& piece : prepared->pieces) view.bytes += piece.bytes.size();
    if (view.bytes > kMostPreviewBytes) {
        view.tooLong = true;
        return view;
    }
    const compose::Preview preview = compose::previewOf(*prepared, request.wire);
    view.bytes = preview.bytes.size();
    if (preview.rows.size() > kMostPreviewRows) view.worst = preview.worst;
    view.allRows = preview.rows.size();
    for (const RecordId row : preview.rows) {
        if (view.rows.size() == kMostPreviewRows) break;
        const RowText text = preview.session->text(row);
        PreviewRow shown;
        shown.name = displayText(text.protocol, 40);
        shown.info = displayText(text.info, 200);
        shown.severity = preview.session->record(row).severity;
        shown.dissection = std::make_shared<const Dissection>(preview.session->dissect(row));
        collectIssues(view, *shown.dissection);
        view.rows.push_back(std::move(shown));
    }
    std::ranges::stable_sort(view.issues, std::greater<>(), &PreviewIssue::severity);
    return view;
}

DraftPreview::DraftPreview(QObject* parent) : QObject(parent) {
    m_debounce.setSingleShot(true);
    m_debounce.setInterval(kDebounceMs);
    connect(&m_debounce, &QTimer::timeout, this, &DraftPreview::run);
}

void DraftPreview::request(PreviewRequest request) {
    m_wanted = std::move(request);
    m_debounce.start();
}

void DraftPreview::hurry() {
    if (!m_debounce.isActive()) return;
    m_debounce.stop();
    run();
}

void DraftPreview::run() {
    if (m_running || !m_wanted) return;
    m_running = true;
    PreviewRequest request = std::move(*m_wanted);
    m_wanted.reset();
    runInBackground(
        *this, [request = std::move(request)] { return viewOf(request); },
        [this](DraftView view) {
            m_running = false;
            if (m_wanted) {
                // Somebody has typed on meanwhile.
                if (!m_debounce.isActive()) run();
                return;
            }
            m_view = std::move(view);
            Q_EMIT shown();
        });
}

}  // namespace framescope
