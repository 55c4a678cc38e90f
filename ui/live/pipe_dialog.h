// A capture that another program writes into a named pipe: which one.
#pragma once

#include "ui/live/start_dialog.h"

class QLineEdit;

namespace framescope {

class PipeDialog : public StartDialog {
    Q_OBJECT

public:
    explicit PipeDialog(const QString& path, QWidget* parent = nullptr);

    /// Absolute.
    QString path() const;

protected:
    QString whyNot() const override;

private:
    QLineEdit* m_path;
};

/// Whether this is something that captureStream() reads: "-" or a FIFO.
bool isStreamPath(const QString& path);

}  // namespace framescope
