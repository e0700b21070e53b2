"""Addresses of the front door itself."""

from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/data", views.own_data, name="own-data"),
    path("companies/", views.choose_company, name="choose-company"),
    path("password-reset/", views.password_reset, name="password-reset"),
    path("set-password/<uuid:public_id>/<str:token>/", views.set_password, name="set-password"),
    path("styleguide/", views.Styleguide.as_view(), name="styleguide"),
    path("demo/mail/", views.dev_mail, name="dev-mail"),
    path("healthz", views.healthz, name="healthz"),
    path("favicon.ico", views.favicon, name="favicon"),
]
