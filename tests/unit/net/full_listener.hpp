// An address at which nothing answers: a listener that accepts nobody and whose queue is full, so
// that the kernel drops whoever else knocks.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace gatepost::test {

class full_listener {
  public:
    full_listener() {
        listener_.open(boost::asio::ip::tcp::v4());
        listener_.bind({boost::asio::ip::address_v4::loopback(), 0});
        listener_.listen(0); // Linux takes one more than that
        queued_.connect(listener_.local_endpoint());
    }
    boost::asio::ip::tcp::endpoint address() const { return listener_.local_endpoint(); }

  private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor listener_{context_};
    boost::asio::ip::tcp::socket queued_{context_};
};

} // namespace gatepost::test
