// The parts of Asio that are no templates, compiled once (ASIO_SEPARATE_COMPILATION).
#include <asio/impl/src.hpp>
