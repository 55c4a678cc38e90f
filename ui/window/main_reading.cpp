// How captures are read: limits, checksums, and what there is to say of a capture as a whole. What
// is set here holds in every place of the window, and in those that are made later.
#include <QAction>
#include <QActionGroup>
#include <QMenu>
#include <QSettings>

#include "capture/session/session.h"
#include "ui/live/live_controller.h"
#include "ui/load/load_controller.h"
#include "ui/reading/capture_properties_dialog.h"
#include "ui/reading/reading_limits.h"
#include "ui/text/display_text.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"
#include "ui/window/main_window.h"

namespace framescope {
namespace {

QString checksumKey() {
    return QStringLiteral("reading/verifyChecksums");
}

}  // namespace

void MainWindow::buildReadingMenu(QMenu& menu) {
    m_checksumAction = menu.addAction(QStringLiteral("Verify Chec&ksums"), this,
                                      [this](bool on) { verifyChecksums(on); });
    m_checksumAction->setCheckable(true);
    m_checksumAction->setShortcut(QKeySequence(QStringLiteral("Ctrl+Alt+K")));
    m_checksumAction->setToolTip(plainToolTip(
        QStringLiteral("Says of every packet whether its checksums are right; those that a machine "
                       "captured of its own are often not, since its network card fills them in")));
    buildOrderMenu(menu);
    QAction* const limits = menu.addAction(QStringLiteral("Reading &Limits…"),
                                           QKeySequence(QStringLiteral("Ctrl+Alt+Shift+L")), this,
                                           &MainWindow::askReadingLimits);
    limits->setToolTip(plainToolTip(
        QStringLiteral("How much is held behind missing bytes, and inflated of one message")));
    const QSettings* const settings = m_options.settings;
    m_checksumAction->setChecked(settings != nullptr && settings->value(checksumKey()).toBool());
    m_limits = storedLimits(settings);
}

/// It holds for the capture that is shown, and is forgotten with it.
void MainWindow::buildOrderMenu(QMenu& menu) {
    QMenu& orders = *menu.addMenu(QStringLiteral("Ti&me Order"));
    orders.setObjectName(QStringLiteral("packetOrder"));
    orders.setToolTipsVisible(true);
    auto* const group = new QActionGroup(&orders);
    const auto add = [&](const QString& text, PacketOrder order, const QString& toolTip) {
        QAction* const action = orders.addAction(text, this, [this, order] {
            if (shownPlace() != nullptr) shownPlace()->setOrder(order);
        });
        action->setCheckable(true);
        action->setData(static_cast<int>(order));
        action->setToolTip(plainToolTip(toolTip));
        group->addAction(action);
    };
    add(QStringLiteral("&Automatic"), PacketOrder::Auto,
        QStringLiteral("As the file has them, unless TCP fits much better to the order of time"));
    add(QStringLiteral("As in the &File"), PacketOrder::File,
        QStringLiteral("Right where a clock was set back while packets were captured"));
    add(QStringLiteral("By &Time"), PacketOrder::Time,
        QStringLiteral("Right where captures were appended that ran at the same time"));
    connect(&orders, &QMenu::aboutToShow, this, [this, group] {
        const CapturePlace* const place = shownPlace();
        const bool isComplete =
            place != nullptr && place->loader().session() != nullptr && !place->live().isRunning();
        const auto order = place != nullptr ? place->loader().order() : PacketOrder::Auto;
        for (QAction* const action : group->actions()) {
            action->setEnabled(isComplete);
            action->setChecked(action->data().toInt() == static_cast<int>(order));
        }
    });
}

QList<CapturePlace*> MainWindow::places() const {
    QList<CapturePlace*> all{m_place.get()};
    for (WorkArea* const area : m_areas) {
        if (area->place() != nullptr) all << area->place();
    }
    return all;
}

void MainWindow::readAsSet(CapturePlace& place) {
    place.loader().setLimits(m_limits);
    place.loader().setChecksumVerification(m_checksumAction->isChecked());
}

void MainWindow::verifyChecksums(bool on) {
    if (m_options.settings != nullptr) m_options.settings->setValue(checksumKey(), on);
    for (CapturePlace* const place : places()) {
        readAsSet(*place);
        place->page().checksumsChanged();
    }
}

void MainWindow::askReadingLimits() {
    CapturePlace* const place = shownPlace();
    const bool canReadAgain = place != nullptr && place->loader().session() != nullptr;
    auto* const dialog = new ReadingLimitsDialog(m_limits, canReadAgain, this);
    connect(dialog, &ReadingLimitsDialog::chosen, this,
            [this](const DecodeLimits& limits, bool readAgain) {
                m_limits = limits;
                if (m_options.settings != nullptr) storeLimits(*m_options.settings, limits);
                for (CapturePlace* const each : places()) readAsSet(*each);
                if (readAgain && shownPlace() != nullptr) shownPlace()->readAgain();
            });
    dialog->open();
}

void MainWindow::showProperties() {
    const CapturePlace* const place = shownPlace();
    const Session* const session = place != nullptr ? place->loader().session() : nullptr;
    if (session == nullptr) return;
    // Asked for again, they are shown as they are now.
    for (auto* const open : findChildren<CapturePropertiesDialog*>()) open->close();
    auto* const dialog = new CapturePropertiesDialog(
        propertiesOf(*session, place->name(), place->loader().path()), this);
    dialog->show();
}

}  // namespace framescope
