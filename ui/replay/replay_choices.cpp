// Patterns are checked by QRegularExpression, which is PCRE2 as well: what it accepts, the replay
// accepts.
#include "ui/replay/replay_choices.h"

#include <algorithm>

#include <QFile>
#include <QRegularExpression>
#include <QSettings>

#include "capture/net/url.h"
#include "capture/replay/ignored_paths.h"
#include "ui/replay/replay_subject.h"
#include "ui/text/display_text.h"

namespace framescope {
namespace {

constexpr qsizetype kShown = 60;  // characters of what somebody typed, within a sentence

QString quoted(const QString& text) {
    return QStringLiteral("“%1”").arg(displayText(text.toStdString(), kShown));
}

QString key(const char* name) {
    return QStringLiteral("replay/") + QLatin1String(name);
}

/// Names of ${name} in a replacement; those with a colon come from elsewhere.
QStringList namesIn(const QString& replacement) {
    static const QRegularExpression reference(QStringLiteral("\\$\\{([^}:]*)\\}"));
    QStringList names;
    for (auto matches = reference.globalMatch(replacement); matches.hasNext();) {
        names << matches.next().captured(1);
    }
    return names;
}

std::string utf8(const QString& text) {
    return text.toStdString();
}

}  // namespace

QString whyBadUrl(const QString& url) {
    if (url.trimmed().isEmpty()) return QStringLiteral("Where should it be replayed to?");
    const auto parsed = net::parseUrl(utf8(url.trimmed()));
    return parsed ? QString() : displayText(parsed.error().sentence, 300);
}

QString whyBadProxy(const QString& proxy) {
    if (proxy.trimmed().isEmpty()) return {};
    const auto parsed = net::parseUrl(utf8(QStringLiteral("http://") + proxy.trimmed()));
    if (parsed && parsed->target == "/") return {};
    return QStringLiteral("%1 is no proxy; HOST:PORT is.").arg(quoted(proxy));
}

QString whyBadPattern(const QString& pattern) {
    const QRegularExpression expression(pattern);
    if (expression.isValid()) return {};
    return QStringLiteral("%1 is no regular expression: %2, at character %3.")
        .arg(quoted(pattern), expression.errorString())
        .arg(expression.patternErrorOffset() + 1);
}

QString whyBadRule(const QStringList& rule) {
    if (rule.value(0).isEmpty()) return QStringLiteral("What should be replaced?");
    const QString bad = whyBadPattern(rule.value(0));
    if (!bad.isEmpty()) return bad;
    const QStringList groups = QRegularExpression(rule.value(0)).namedCaptureGroups();
    for (const QString& name : namesIn(rule.value(1))) {
        bool isNumber = false;
        const int number = name.toInt(&isNumber);
        if (isNumber && number >= 0 && number < groups.size()) continue;
        if (!isNumber && !name.isEmpty() && groups.contains(name)) continue;
        return QStringLiteral("The pattern has no group %1.").arg(quoted(name));
    }
    return {};
}

QString whyBadCapture(const QString& pattern) {
    const QString bad = whyBadPattern(pattern);
    if (!bad.isEmpty()) return bad;
    const QStringList groups = QRegularExpression(pattern).namedCaptureGroups();
    const bool named = std::any_of(groups.begin(), groups.end(),
                                   [](const QString& name) { return !name.isEmpty(); });
    if (named) return {};
    return QStringLiteral("It needs a group with a name, such as (?<token>\\w+).");
}

QString whyBadIgnored(const QString& path) {
    const auto parsed = replay::IgnoredPaths::parse({utf8(path.trimmed())});
    return parsed ? QString() : displayText(parsed.error().sentence, 600);
}

QString whyImpossible(const ReplayChoices& choices) {
    QStringList sentences{whyBadUrl(choices.url), whyBadProxy(choices.proxy)};
    for (const QStringList& rule : choices.rules) sentences << whyBadRule(rule);
    for (const QString& pattern : choices.captures) sentences << whyBadCapture(pattern);
    for (const QString& path : choices.ignored) sentences << whyBadIgnored(path);
    sentences.removeAll(QString());
    return sentences.value(0);
}

replay::ReplayOptions toOptions(const ReplayChoices& choices, const ReplaySubject& subject) {
    replay::ReplayOptions options;
    options.connection = subject.connection;
    options.engineSession = subject.engineSession;
    options.url = utf8(choices.url.trimmed());
    options.connect.tls.verify = choices.verify;
    if (!choices.caFile.trimmed().isEmpty()) {
        options.connect.tls.caFile = QFile::encodeName(choices.caFile.trimmed()).toStdString();
    }
    if (!choices.proxy.trimmed().isEmpty()) {
        const auto proxy = net::parseUrl(utf8(QStringLiteral("http://") + choices.proxy.trimmed()));
        if (proxy) {
            options.connect.proxy.host = proxy->host;
            options.connect.proxy.port = proxy->port;
            options.connect.proxy.userInfo = proxy->userInfo;
        }
    }
    options.timing = choices.timing;
    options.speed = choices.speed;
    options.recordedMasks = choices.recordedMasks;
    options.patience = std::chrono::milliseconds(choices.patienceMs);
    if (choices.laterThanMs != 0) {
        options.laterThan = std::chrono::milliseconds(choices.laterThanMs);
    }
    for (const QStringList& rule : choices.rules) {
        options.rules.push_back({utf8(rule.value(0)), utf8(rule.value(1))});
    }
    for (const QString& pattern : choices.captures) options.captures.push_back(utf8(pattern));
    for (const QString& path : choices.ignored) options.ignored.push_back(utf8(path.trimmed()));
    return options;
}

ReplayChoices storedReplayChoices(const QSettings* settings) {
    ReplayChoices choices;
    if (settings == nullptr) return choices;
    choices.url = settings->value(key("url")).toString();
    choices.timing = static_cast<replay::Timing>(
        std::clamp(settings->value(key("timing"), static_cast<int>(choices.timing)).toInt(), 0, 2));
    choices.speed = std::clamp(settings->value(key("speed"), 1.0).toDouble(), 0.01, 1000.0);
    choices.recordedMasks = settings->value(key("recordedMasks")).toBool();
    choices.patienceMs = settings->value(key("patienceMs"), choices.patienceMs).toInt();
    choices.laterThanMs = settings->value(key("laterThanMs")).toInt();
    choices.caFile = settings->value(key("caFile")).toString();
    choices.proxy = settings->value(key("proxy")).toString();
    for (const QVariant& rule : settings->value(key("rules")).toList()) {
        choices.rules << rule.toStringList();
    }
    choices.captures = settings->value(key("captures")).toStringList();
    choices.ignored = settings->value(key("ignored")).toStringList();
    return choices;
}

void storeChoices(QSettings* settings, const ReplayChoices& choices) {
    if (settings == nullptr) return;
    settings->setValue(key("url"), choices.url);
    settings->setValue(key("timing"), static_cast<int>(choices.timing));
    settings->setValue(key("speed"), choices.speed);
    settings->setValue(key("recordedMasks"), choices.recordedMasks);
    settings->setValue(key("patienceMs"), choices.patienceMs);
    settings->setValue(key("laterThanMs"), choices.laterThanMs);
    settings->setValue(key("caFile"), choices.caFile);
    settings->setValue(key("proxy"), choices.proxy);
    QVariantList rules;
    for (const QStringList& rule : choices.rules) rules << QVariant(rule);
    settings->setValue(key("rules"), rules);
    settings->setValue(key("captures"), choices.captures);
    settings->setValue(key("ignored"), choices.ignored);
}

}  // namespace framescope
